"""What `predict` prints can be read without knowing the protocol: a chance stands by its class."""

from modelyard.commands.predict import readable


def test_a_row_with_several_numbers_names_their_classes() -> None:
    output = {"name": "probabilities", "shape": [2, 3], "data": [0.1, 0.2, 0.7, 0.5, 0.3, 0.2]}
    assert readable(output, ["a", "b", "c"]) == [
        {"a": 0.1, "b": 0.2, "c": 0.7},
        {"a": 0.5, "b": 0.3, "c": 0.2},
    ]


def test_a_row_with_one_value_stays_as_it_is() -> None:
    assert readable({"name": "label", "shape": [2], "data": ["a", "b"]}, []) == ["a", "b"]
