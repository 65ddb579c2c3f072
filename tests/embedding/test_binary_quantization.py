"""Signs of vectors: packed, and multiplied as bytes."""

import numpy as np
import onnx
import pytest

from index.embedding import binary_quantization
from index.embedding.binary_quantization import STEPS, dot_sign_bits, pack_sign_bits, unpack_sign_bits


@pytest.mark.parametrize("dimension", [384, 768, 13, 1])
def test_they_come_back_as_they_were(dimension: int) -> None:
    vectors = np.random.default_rng(0).normal(0, 1, (9, dimension)).astype(np.float32)
    packed = [pack_sign_bits(vectors[:4]), pack_sign_bits(vectors[4:4]), pack_sign_bits(vectors[4:])]
    assert np.array_equal(unpack_sign_bits(packed, dimension), np.where(vectors > 0, 1, -1))


@pytest.mark.parametrize("dimension", [384, 13])
def test_products_are_those_of_single_precision_but_for_the_rounding(dimension: int) -> None:
    random = np.random.default_rng(0)
    vectors = random.normal(0, 1, (500, dimension)).astype(np.float32)
    queries = random.normal(0, 1, (12, dimension)).astype(np.float32) * random.choice([1e-3, 1, 50], (12, 1))
    queries = queries.astype(np.float32)
    queries[3] = 0
    found = dot_sign_bits([pack_sign_bits(vectors[:100]), pack_sign_bits(vectors[100:])], queries)
    wanted = np.where(vectors > 0, 1, -1).astype(np.float32) @ queries.T
    assert found.shape == wanted.shape == (500, 12)
    # Each number is off by half a step at most, one way as often as the other.
    step = np.abs(queries).max(axis=1) / STEPS
    assert np.all(np.abs(found - wanted) <= 5 * step * (dimension / 12) ** 0.5)
    assert not found[:, 3].any()


def test_the_product_is_a_model_that_onnx_knows() -> None:
    model = onnx.load_model_from_string(binary_quantization._PRODUCT)
    onnx.checker.check_model(model)
    assert [node.op_type for node in model.graph.node] == ["MatMulInteger"]
