"""What the elements of HTML are for: which end lines, which end others, which are around a page's content."""

import re

BLOCKS = frozenset(
    "address article aside blockquote body caption center dd details dialog dir div dl dt fieldset figcaption figure"
    " footer form h1 h2 h3 h4 h5 h6 head header hgroup hr html legend li main menu nav noscript ol option p pre search"
    " section select summary table tbody td template textarea tfoot th thead title tr ul xmp audio video".split()
)
VOID = frozenset("area base br col embed hr img input link meta param source track wbr".split())
PRE = frozenset("pre textarea xmp".split())
STANDS_OUT = frozenset("b strong cite dt h1 h2 h3 h4 h5 h6 th".split())
SILENT = frozenset("svg template select datalist object canvas map".split())

# What else a tag ends, if it is open.
CLOSES = {
    "li": {"li"}, "dt": {"dt", "dd"}, "dd": {"dt", "dd"}, "option": {"option"},
    "td": {"td", "th"}, "th": {"td", "th"}, "tr": {"tr", "td", "th"}, "body": {"head"},
}  # fmt: skip
BORDERS = frozenset("table ul ol dl select".split())
CELLS = frozenset("td th caption".split())
TABLE = frozenset("table thead tbody tfoot tr td th caption body html".split())

SPEAKER_CLASS = re.compile(r"(?:.*[-_])?(?:speaker|speaker[-_]?(?:name|label)|name)", re.IGNORECASE)
BOLD_STYLE = re.compile(r"font-weight\s*+:\s*+(bold|[6-9]00)?")

META = {
    "author": "author", "article:author": "author", "date": "date", "dc.date": "date", "datepublished": "date",
    "article:published_time": "date", "og:title": "title", "dc.title": "title", "og:audio": "media",
    "twitter:player:stream": "media",
}  # fmt: skip
VIDEO = re.compile(r"(?:https?:)?//(?:www\.)?youtube(?:-nocookie)?\.com/embed/([\w-]{11})(?![\w-])")


_ROLES = frozenset("nav footer aside form noscript header head main article".split())
_FURNITURE = frozenset(
    "nav navbar navigation menu main-menu footer site-footer page-footer sidebar breadcrumb breadcrumbs site-header"
    " cookie-banner cookie-notice comments respond share social newsletter related related-posts".split()
)


def roles_of(name: str, attributes: dict[str, str], classes: list[str]) -> frozenset[str]:
    """Return what the words within an element may be: a page's furniture, or what it is about."""
    roles = {name} & _ROLES
    if name not in ("html", "body"):
        if any("transcript" in word.lower() for word in classes):
            roles.add("transcript")
        if {word.lower() for word in classes} & _FURNITURE:
            roles.add("furniture")
    role = attributes.get("role", "").lower()
    if role in ("navigation", "main", "contentinfo", "complementary"):
        roles.add({"navigation": "nav", "main": "main", "contentinfo": "footer", "complementary": "aside"}[role])
    return frozenset(roles)
