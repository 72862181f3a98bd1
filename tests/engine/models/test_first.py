from hearth.engine.models import catalog, first, fit
from hearth.engine.models.fit import Machine

GIB = 2**30


def test_the_recommended_model_comes_first_and_the_fastest_beside_it() -> None:
    offered = first.offered(Machine(64 * GIB, 8), {})
    best = next(each for each in fit.rank("completion", Machine(64 * GIB, 8)) if each.model.plays("chat"))
    assert offered[0].advice.model.id == best.model.id
    assert offered[0].is_recommended and offered[-1].is_fastest
    assert all(each.advice.model.plays("chat") and not each.advice.model.non_commercial for each in offered)
    speeds = [each.advice.speed.generation for each in offered]
    assert speeds == sorted(speeds)


def test_one_model_that_is_both_is_offered_once() -> None:
    offered = first.offered(Machine(3 * GIB, 1), {})
    assert len(offered) == 1 and offered[0].is_recommended and offered[0].is_fastest


def test_nothing_is_offered_where_nothing_fits() -> None:
    assert first.offered(Machine(GIB, 1), {}) == ()


def test_only_the_default_model_is_one_that_nobody_has_chosen() -> None:
    assert not first.is_chosen("qwen2.5-coder-0.5b-instruct")
    assert all(first.is_chosen(id) for id in list(catalog.models())[1:])
