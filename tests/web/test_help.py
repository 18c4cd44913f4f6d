"""The help page says what the code does."""

import re

from django.test import Client

from pipelines.rules import Rules
from wildlife.web import wording


def help_page(client: Client) -> str:
    return re.sub(r"\s+", " ", client.get("/help/").content.decode())


def test_the_old_address_leads_to_the_help_page(client: Client) -> None:
    response = client.get("/about/")

    assert (response.status_code, response["Location"]) == (301, "/help/")


def test_the_thresholds_told_are_those_in_force(client: Client, db: None) -> None:
    page = help_page(client)

    assert f"by default {wording.percent(Rules().walk)}" in page
    for words, least in (("Very sure", 0.95), ("sure", 0.8), ("fairly sure", 0.6)):
        assert re.search(f"“{words}” (starts )?at {wording.percent(least)}", page)
        assert wording.confidence(least) == words.lower()


def test_the_drawing_is_told_to_those_who_do_not_see_it(client: Client, db: None) -> None:
    page = help_page(client)

    assert re.search(r'role="img" aria-labelledby="(\S+)"> <title id="\1">A walk down', page)


def test_every_key_that_the_result_page_takes_is_listed(client: Client, db: None) -> None:
    keys = re.findall(r"<kbd>(.+?)</kbd>", help_page(client))

    assert {"n", "p", "+", "−", "0", "v", "?"} <= set(keys)
