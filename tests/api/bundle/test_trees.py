"""Trees that LightGBM would take at their word, and should not."""

from __future__ import annotations

import pytest

from api.bundle.trees import DEEPEST, check_trees
from api.errors import BundleError

HEAD = """tree
version=v4
num_class=1
num_tree_per_iteration=1
label_index=0
max_feature_idx=1
objective=binary sigmoid:1
feature_names=AGE SEX
feature_infos=[0:9] 0:1:2
tree_sizes=1

"""
# AGE at most 5: leaf 0; else SEX in the set {1}: leaf 1, else leaf 2.
TREE = """Tree=0
num_leaves=3
num_cat=1
split_feature=0 1
split_gain=7 1
threshold=5 0
decision_type=10 9
left_child=-1 -2
right_child=1 -3
leaf_value=-0.5 0.25 1e-3
leaf_weight=1 1 1
leaf_count=4 3 2
internal_value=0 0
internal_weight=0 0
internal_count=9 5
cat_boundaries=0 1
cat_threshold=2
is_linear=0
shrinkage=0.1


"""
END = "end of trees\n\nparameters:\n"
LEAF = TREE.split("num_leaves")[0] + (
    "num_leaves=1\nnum_cat=0\nsplit_feature=\nthreshold=\ndecision_type=\nleft_child=\n"
    "right_child=\nleaf_value=0.5\nleaf_count=9\ninternal_count=\nis_linear=0\n\n\n"
)
WHOLE = HEAD + TREE + END


def test_whole_trees_are_taken_and_so_is_one_that_is_a_leaf() -> None:
    check_trees(WHOLE, ["AGE", "SEX"])
    check_trees(WHOLE.replace("threshold=5 0", "threshold=inf 0"), ["AGE", "SEX"])
    check_trees(HEAD + LEAF + TREE.replace("Tree=0", "Tree=1") + END, ["AGE", "SEX"])


@pytest.mark.parametrize(
    ("line", "altered", "said"),
    [
        ("right_child=1 -3", "right_child=1 0", "tree 0: split 1: .*found 0"),
        ("right_child=1 -3", "right_child=1 1", "tree 0: split 1: .*found 1"),
        ("right_child=1 -3", "right_child=1 -2", "split 1: .*hang once, found -2"),
        (
            "left_child=-1 -2",
            "left_child=-1 -4",
            "left_child: expected numbers from -3",
        ),
        ("split_feature=0 1", "split_feature=0 2", "split_feature: .*0 to 1, found 2"),
        ("split_feature=0 1", "split_feature=0", "expected 2 numbers, found 1"),
        ("decision_type=10 9", "decision_type=14 9", "0 to 11, found 14"),
        (
            "threshold=5 0",
            "threshold=nan 0",
            "threshold: expected numbers, found 'nan'",
        ),
        ("threshold=5 0", "threshold=5 1", "expected one of 1 sets, found 1"),
        ("threshold=5 0", "threshold=5 0.5", "expected one of 1 sets, found 0.5"),
        ("cat_boundaries=0 1", "cat_boundaries=0 2", "expected 2 numbers, found 1"),
        ("cat_boundaries=0 1", "cat_boundaries=1 1", "expected 0 and growing"),
        ("cat_threshold=2", "cat_threshold=4294967296", "cat_threshold: .*found 4294"),
        ("leaf_value=-0.5", "leaf_value=nan", "leaf_value: .*found 'nan'"),
        ("leaf_value=-0.5", "leaf_value=inf", "margins up to 1e.06, found inf"),
        ("leaf_value=-0.5", "leaf_value=2e6", "margins up to 1e.06, found 2e.06"),
        ("leaf_count=4 3 2", "leaf_count=4 3 0", "leaf_count: .*from 1 to"),
        (
            "internal_count=9 5",
            "internal_count=9 6",
            "split 0: expected as many as below, 10, found 9",
        ),
        ("is_linear=0", "is_linear=1", "is_linear: expected numbers from 0 to 0"),
        ("shrinkage=0.1", "leaf_const=0 0 0", "leaf_const: expected no such line"),
        ("num_cat=1", "num_cat=1\nnum_cat=1", "num_cat: expected one line"),
        ("Tree=0", "Tree=7", "expected Tree=0, found Tree=7"),
        ("num_class=1", "num_class=2", "num_class: expected 1, found 2"),
        ("binary sigmoid:1", "multiclass", "objective: expected binary"),
        ("AGE SEX", "SEX AGE", "names and order must be the same"),
        ("label_index=0\n", "", "label_index: expected a line of it"),
        ("shrinkage=0.1", "shrinkage=0\0", r"found '\\x00'"),
        ("end of trees", "end of tree", "cut short: no line 'end of trees'"),
        (TREE, "", "expected at least one tree, found none"),
    ],
)
def test_refuses_what_would_hang_or_end_a_worker(
    line: str, altered: str, said: str
) -> None:
    text = WHOLE.replace(line, altered, 1)
    assert text != WHOLE
    with pytest.raises(BundleError, match=rf"model\.txt: .*{said}"):
        check_trees(text, ["AGE", "SEX"])


def test_refuses_a_path_that_is_too_long_to_be_explained() -> None:
    def chain(leaves: int) -> str:
        splits = range(1, leaves)
        below = " ".join(map(str, [*splits[:-1], -leaves]))
        lines = {
            "num_leaves": leaves,
            "num_cat": 0,
            "split_feature": " ".join("0" for _ in splits),
            "threshold": " ".join("0" for _ in splits),
            "decision_type": " ".join("2" for _ in splits),
            "left_child": " ".join(f"-{at}" for at in splits),
            "right_child": below,
            "leaf_value": " ".join("0" for _ in range(leaves)),
            "leaf_count": " ".join("1" for _ in range(leaves)),
            "internal_count": " ".join(str(leaves + 1 - at) for at in splits),
            "is_linear": 0,
        }
        body = "".join(f"{name}={value}\n" for name, value in lines.items())
        return f"{HEAD}Tree=0\n{body}\n\n{END}"

    check_trees(chain(DEEPEST + 1), ["AGE", "SEX"])
    with pytest.raises(BundleError, match=f"at most {DEEPEST} splits deep"):
        check_trees(chain(DEEPEST + 2), ["AGE", "SEX"])
