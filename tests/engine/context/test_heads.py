import pytest

from hearth.engine.context.heads import bases, result_types


@pytest.mark.parametrize(
    ("language", "head", "expected"),
    [
        ("python", "class A(b.B, C[int], metaclass=M):", ("B", "C")),
        ("python", "class A:", ()),
        ("typescript", "export class A<T> extends B<T, C> implements D, E.F {", ("B", "D", "F")),
        ("typescript", "interface A extends B {\n  x: number\n}", ("B",)),
        ("java", "public class A extends b.B<X> implements C", ("B", "C")),
        ("csharp", "class A<T> : B, IC where T : D", ("B", "IC")),
        ("kotlin", "open class A(val x: Int) : B(x), C", ("B", "C")),
        ("cpp", "class API A final : public b::B<int>, private virtual C", ("B", "C")),
        ("rust", "impl<T> Visitor for A<T>", ("Visitor",)),
        ("rust", "pub trait A: B + Send", ("B",)),
        ("go", "type A struct {\n\t*B\n\tc.C // why\n\tx int\n}", ("B", "C")),
    ],
)
def test_a_head_names_its_bases(language: str, head: str, expected: tuple[str, ...]) -> None:
    assert bases(head, language) == expected


@pytest.mark.parametrize(
    ("language", "head", "expected"),
    [
        ("python", "def f(x: A = b()) -> Optional[a.B]:", ("B",)),
        ("python", "def f(x: A):", ()),
        ("typescript", "export function f(x: (a: A) => void): Promise<B>", ("B",)),
        ("typescript", "export const f = (x: A): B =>", ("B",)),
        ("go", "func (c *C) f(x int, g func()) (*b.B, error)", ("B",)),
        ("rust", "pub fn f(x: A) -> Result<B, E>", ("B", "E")),
        ("java", "public static B f(A x)", ("B",)),
        ("cpp", "static std::unique_ptr<B> f(A x)", ("B",)),
        ("kotlin", "fun f(x: A): B", ("B",)),
    ],
)
def test_a_head_names_what_it_returns(language: str, head: str, expected: tuple[str, ...]) -> None:
    assert result_types(head, "f", language) == expected


def test_a_head_of_any_shape_costs_little() -> None:
    for head in ("class A" + "(" * 5_000, "<" * 5_000, "impl<" * 1_000, "f(" * 2_000, "a::" * 2_000):
        for language in ("python", "cpp", "rust", "kotlin", "go", "typescript"):
            bases(head, language)
            result_types(head, "f", language)
