from wildlife.secrets import cookie_name


def test_copies_side_by_side_do_not_share_cookies() -> None:
    one, other = "a" * 67, "b" * 67
    names = {cookie_name(kind, key) for kind in ("session", "csrf") for key in (one, other)}
    assert len(names) == 4
    assert cookie_name("session", one) == cookie_name("session", one)
    assert one[:8] not in cookie_name("session", one)
