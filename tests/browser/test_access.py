"""What axe-core finds on the pages: nothing."""

import pytest

pytestmark = pytest.mark.needs_browser


@pytest.mark.parametrize(
    ("name", "width", "scheme"),
    [("everything", 1000, "light"), ("everything", 1000, "dark"), ("everything", 360, "light"), ("teach", 360, "dark")],
)
def test_axe_finds_nothing(open_page, axe, name, width, scheme):
    page = open_page(name, width, scheme)
    page.execute_script("document.querySelectorAll('details').forEach(d => { d.open = true; })")
    assert axe(page) == []
