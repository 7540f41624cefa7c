import fitscope


def test_every_public_name_is_there_and_documented():
    for name in fitscope.__all__:
        assert getattr(fitscope, name).__doc__


def test_dir_lists_the_public_names():
    assert dir(fitscope) == sorted(fitscope.__all__)


def test_unknown_name_is_an_attribute_error():
    assert not hasattr(fitscope, "guess")


def test_version_is_that_of_the_package():
    assert fitscope.version()[0].isdigit()
