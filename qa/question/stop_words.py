"""Words of each language that ask, point or glue, and so say nothing about what is asked.

Kept short on purpose: in speech, "think" or "first" can be all that a question has to go by.
"""

from collections.abc import Iterable

from index.text.languages import DEFAULT_LANGUAGE

# ISO 639-1 -> the words, lower case. Those of scripts without spaces are pairs of characters, as their words are.
_TEXT = {
    "en": """
    a about an and any are as at be been being but by can could did do does doing for from had has have he her
    hers him his how i if in into is it its just may me might my of on or our shall she should so some than that
    the their theirs them then there these they this those to us was we were what whats when where which while who
    whom whose why will with would you your yours
    """,
    "de": """
    aber als also am an auch auf aus bei bin bis da damit dann das dass dem den denn der des dich die dies diese
    diesem diesen dieser dieses dir du durch ein eine einem einen einer eines er es euch euer für habe haben hast
    hat hatte hatten hattest ich ihm ihn ihnen ihr ihre ihrem ihren ihrer im in ist ja kann kannst können könnte
    man mein meine mich mir mit nach oder sein seine seinem seinen seiner sich sie sind so über um und uns unser
    vom von vor war waren warst was wann warum wegen welche welchem welchen welcher welches wem wen wenn wer werden
    wessen wie wieso wird wo wofür woher wohin womit woran worüber wurde wurden würde zu zum zur
    """,
    "fr": """
    a ai as au aux avait avec avez avoir c ce ces cet cette comment d dans de des du elle elles en es est et étaient
    était été être eu eux il ils j je l la laquelle le lequel les lesquels leur leurs lui m ma mais me mes moi mon n
    ne nos notre nous on ont ou où par pas pour pourquoi qu quand que quel quelle quelles quels qui quoi s sa se
    ses si son sont sur t ta te tes toi ton tu un une vos votre vous y
    """,
    "es": """
    a al ante como cómo con cuál cuáles cuando cuándo cuánta cuántas cuánto cuántos de del desde donde dónde e el él
    ella ellas ellos en era eran eres es esa ese eso esta está están estas este esto estos fue fueron ha había habían
    han has hay he la las le les lo los me mi mis nos nosotros o para pero por porque qué que quien quién quienes
    quiénes se ser si su sus te tenía tiene tu tú tus un una unas unos usted ustedes y ya yo
    """,
    "pt": """
    a à ao aos as às com como da das de dela dele delas deles do dos e é ela elas ele eles em era eram essa esse esta
    está este eu foi foram há isso isto lhe mas me meu meus minha na nas no nos nós não o onde os ou para pela pelo
    por porque quais qual quando quanta quantas quanto quantos que quem se sem ser seu seus sua suas são também te
    tem tinha tu um uma você vocês
    """,
    "it": """
    a ai al alla alle anche c che chi ci come con cosa cui d da dai dal dalla dei del dell della delle di dove e è
    era erano fu gli ha hai hanno ho i il in io l la le lei li lo loro lui ma mi mia mie miei mio ne nei nel nella
    noi non o per perché però più quale quali quando quanta quante quanti quanto che questa questi questo se si
    sono sta su sua sue sui sul sulla suo suoi ti tu un una uno vi voi
    """,
    "nl": """
    aan al als bent bij dan dat de der deze die dit door dus een en er ging had hadden heb hebben heeft hem het hij
    hoe hun ik in is je jij jou jouw jullie kan kon kunnen maar me men met mij mijn na naar niet of om onder ons onze
    ook op over te tot u uit uw van veel voor waar waarom waarmee waren was wat we welk welke werd werden wie wij
    worden wordt zal ze zich zij zijn zo zou
    """,
    "ru": """
    а без был была были было быть в вам вас ваш ваша ваше ваши во вот все всё вы где для до его ее её если есть еще
    ещё же за зачем и из или им их к как какая какие каким каких какого какое какой каком какую кем ко когда кого кому
    который которая которое которые кто куда ли мне мой моя мы на над нам нас наш не него ней нет ни них но о об она
    они оно от откуда по под почему при с свой своя сколько со так там те тебя тем то тогда того той только том ту ты
    у уже чего чей чем через что чтобы чём эта эти это этого этой этом этот я
    """,
    "tr": """
    ama bana ben beni benim bir biz bize bizim bu bunu bunun çok da daha de değil diye gibi hangi hangisi hangileri
    için ile ise kaç ki kim kime kimi kimin kimdir kimler mi mı mu mü nasıl ne neden nedir nerede nereden nereye
    neler niçin niye o olan olarak oldu olduğu onlar onu onun sana sen seni senin siz sizin şu ve veya ya
    """,
    "ar": """
    أن أنا أنت أنتم أو أي أية أين إلى إن التي الذي الذين ألا بعد بين تم ثم حتى حيث ذلك سوف عن على عند عندما عليه
    عليها فإن في فيه فيها قبل قد كان كانت كانوا كل كم كما كيف لا لكن لم لماذا لن له لها لهم ليس ما ماذا متى مع من
    منه منها نحن هذا هذه هل هم هنا هناك هو هي و وما ومن ولا وهو وهي يا
    """,
    "hi": """
    आप आपका आपकी आपके आपको इन इस इसका इसकी इसके इसे उन उनका उनकी उनके उस उसका उसकी उसके उसे एक और कब कहाँ कहां का
    कि कितना कितनी कितने किन किस किसका किसकी किसके किसने किसे की के को कौन कौनसा क्या क्यों कैसा कैसी कैसे गया गई गए
    जब जो तक तब तो था थी थे द्वारा ने पर में मैं मेरा मेरी मेरे यह ये या वह वे से हम हमारा है हैं हुआ हुई हुए हो
    """,
    "ko": """
    가 것 그 그것 그녀 그는 그들 그리고 나 나는 내 너 누가 누구 누구의 누구인가 는 당신 당신은 당신의 때 를 몇 무슨
    무엇 무엇을 무엇이 무엇인가 무엇인가요 뭐 수 어느 어디 어디서 어디에 어디에서 어떤 어떻게 언제 얼마나 왜 우리 은
    을 의 이 있는 저 저는 제
    """,
    "zh": """
    什么 什麼 怎么 怎麼 么样 麼樣 为什 為什 哪个 哪個 哪里 哪裡 哪些 多少 我们 我們 你们 你們 他们 他們
    是谁 是誰 的 了 吗 嗎 是
    """,
    "ja": """
    です ます した して から まで どの どこ どう いつ なぜ どん んな 何が 何を 誰が でし たか すか のか ので
    とは では には とい いう うな
    """,
}

BY_LANGUAGE = {language: frozenset(text.split()) for language, text in _TEXT.items()}

STOP_WORDS = BY_LANGUAGE[DEFAULT_LANGUAGE]


def stop_words_for(words: Iterable[str]) -> frozenset[str]:
    """Return the stop words of the language that has most of these words, lower case, among its own; else English."""
    distinct = {*words}
    # max() takes the first of equals, and English comes first.
    return max(BY_LANGUAGE.values(), key=lambda stop_words: len(stop_words & distinct))
