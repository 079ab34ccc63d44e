import pytest

from semst_tf.data.on_demand import OnDemand


def test_it_is_a_list_that_loads_what_is_asked_for():
    asked = []
    items = OnDemand(lambda index: asked.append(index) or 10 * index, 3)
    assert len(items) == 3
    assert items[1] == items[1] == 10
    assert asked == [1]
    assert list(items) == [0, 10, 20]
    assert items[-1] == 20 and items[:2] == [0, 10]


@pytest.mark.parametrize("index", [3, -4])
def test_there_is_nothing_behind_its_end(index):
    with pytest.raises(IndexError):
        OnDemand(lambda _: 0, 3)[index]
