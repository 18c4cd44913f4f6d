"""Curation in the admin."""

from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from tests.species.conftest import Folder
from wildlife.species.admin import CommonNameResource, TaxonResource
from wildlife.species.loader import load
from wildlife.species.models import CommonName, ConservationAssessment, Range, Taxon
from wildlife.species.search import search

pytestmark = pytest.mark.django_db
COMMON_NAME_COLUMNS = [f"commonnameresource_{name}" for name in CommonNameResource._meta.fields]


@pytest.fixture
def lion(folder: Folder) -> Taxon:
    load(folder.path)
    return Taxon.objects.get(slug="panthera-leo")


@pytest.mark.parametrize("asked", ["Panthera leo", "Felis leo", "Lion"])
def test_taxa_are_found_by_any_name(admin_client: Client, lion: Taxon, asked: str) -> None:
    page = admin_client.get(reverse("admin:species_taxon_changelist"), {"q": asked})
    assert lion in page.context["cl"].queryset


def test_a_taxon_can_be_chosen_by_any_name(admin_client: Client, lion: Taxon) -> None:
    answer = admin_client.get(reverse("admin:species_taxon_find"), {"term": "felis l"}).json()
    text = "Panthera leo · Lion · species · found as Felis leo"
    assert answer["results"] == [{"id": str(lion.pk), "text": text}]


def test_a_page_asks_for_taxa_where_any_name_finds_them(admin_client: Client, lion: Taxon) -> None:
    page = admin_client.get(reverse("admin:species_commonname_add"))
    assert f'data-ajax--url="{reverse("admin:species_taxon_find")}"' in page.text


def test_the_list_takes_a_bounded_number_of_queries(
    admin_client: Client, lion: Taxon, django_assert_max_num_queries: Any
) -> None:
    with django_assert_max_num_queries(14):
        admin_client.get(reverse("admin:species_taxon_changelist"))


def test_a_taxon_is_shown_with_its_facts_and_its_history(admin_client: Client, lion: Taxon) -> None:
    for name in ("change", "history"):
        page = admin_client.get(reverse(f"admin:species_taxon_{name}", args=[lion.pk]))
        assert page.status_code == 200


def test_a_taxon_with_many_facts_takes_few_queries(
    admin_client: Client, lion: Taxon, django_assert_max_num_queries: Any
) -> None:
    for country in ("BWA", "COD", "ETH", "MOZ", "NAM", "RWA", "SOM", "UGA", "ZAF", "ZMB", "ZWE"):
        Range.objects.create(taxon=lion, country=country)
    with django_assert_max_num_queries(45):
        admin_client.get(reverse("admin:species_taxon_change", args=[lion.pk]))


def filled(client: Client, taxon: Taxon) -> dict[str, Any]:
    """Return what the browser would send of a taxon's page, without a reason."""
    page = client.get(reverse("admin:species_taxon_change", args=[taxon.pk]))
    data: dict[str, Any] = {"rank": taxon.rank}
    for formset in (inline.formset for inline in page.context["inline_admin_formsets"]):
        data |= {f"{formset.prefix}-TOTAL_FORMS": formset.initial_form_count()}
        data |= {f"{formset.prefix}-INITIAL_FORMS": formset.initial_form_count()}
        for form in formset.initial_forms:
            for name in form.fields:
                value = form.initial.get(name, form.instance.pk if name == "id" else "")
                if value not in (None, False, ""):
                    data[f"{form.prefix}-{name}"] = value
    return data


def send(client: Client, taxon: Taxon, data: dict[str, Any]) -> Any:
    return client.post(reverse("admin:species_taxon_change", args=[taxon.pk]), data)


def test_an_edit_is_saved_with_its_author_and_reason(admin_client: Client, lion: Taxon) -> None:
    data = filled(admin_client, lion) | {"assessments-0-category": "EN", "reason": "new list"}
    answer = send(admin_client, lion, data)
    assert answer.status_code == 302, answer.context["errors"]
    assert lion.assessments.get().category == "EN"
    record, before = ConservationAssessment.history.order_by("-history_id")
    assert (record.category, record.history_user.username) == ("EN", "admin")
    assert record.history_change_reason == "new list"
    assert before.category == "VU"


def test_an_edit_without_a_reason_is_refused(admin_client: Client, lion: Taxon) -> None:
    answer = send(admin_client, lion, filled(admin_client, lion) | {"sensitive": "on"})
    assert answer.context["adminform"].form.errors.keys() == {"reason"}
    lion.refresh_from_db()
    assert not lion.sensitive


def test_what_is_saved_untouched_leaves_no_trace(admin_client: Client, lion: Taxon) -> None:
    assert send(admin_client, lion, filled(admin_client, lion) | {"reason": "a look"}).url
    assert not ConservationAssessment.history.exists()
    assert not CommonName.history.exists()


def test_a_new_preferred_name_takes_the_place_of_the_last_one(
    admin_client: Client, lion: Taxon
) -> None:
    data = filled(admin_client, lion) | {
        "common_names-TOTAL_FORMS": 2,
        "common_names-1-taxon": lion.pk,
        "common_names-1-language": "en",
        "common_names-1-name": "African Lion",
        "common_names-1-preferred": "on",
        "reason": "what people say",
    }
    del data["common_names-0-preferred"]
    assert send(admin_client, lion, data | {"common_names-0-preferred": "on"}).status_code == 200
    assert send(admin_client, lion, data).status_code == 302
    assert lion.common_names.get(preferred=True).name == "African Lion"
    assert [found.taxon_id for found in search("african lio")] == [lion.pk]


def test_a_rank_must_fit_between_parent_and_children(admin_client: Client, lion: Taxon) -> None:
    genus = lion.parent
    assert genus is not None
    for rank, sentence in (("order", "choose a rank below"), ("species", "choose a rank above")):
        data = filled(admin_client, genus) | {"rank": rank, "reason": "trying"}
        assert sentence in str(send(admin_client, genus, data).context["errors"])


@pytest.mark.parametrize("model", ["source", "habitat", "commonname"])
def test_the_other_lists_open(admin_client: Client, lion: Taxon, model: str) -> None:
    assert admin_client.get(reverse(f"admin:species_{model}_changelist")).status_code == 200
    assert admin_client.get(reverse(f"admin:species_{model}_add")).status_code == 200


def test_a_circle_in_the_tree_is_refused(lion: Taxon) -> None:
    felidae = Taxon.objects.get(slug="felidae")
    order = Taxon(slug="o", scientific_name="O", rank="order", parent=None)
    order.save()
    felidae.parent = order
    felidae.full_clean()
    felidae.save()
    order.parent = Taxon.objects.get(slug="panthera")
    with pytest.raises(ValidationError, match="rank must be above"):
        order.full_clean()
    order.rank = "species"
    with pytest.raises(ValidationError, match="circle"):
        order.full_clean()


def test_synonyms_of_synonyms_and_synonyms_with_children_are_refused(lion: Taxon) -> None:
    synonym = Taxon.objects.get(slug="felis-leo")
    with pytest.raises(ValidationError, match="no synonym itself"):
        Taxon(slug="x", scientific_name="X", rank="species", accepted=synonym).full_clean()
    with pytest.raises(ValidationError, match="no parent"):
        Taxon(
            slug="x", scientific_name="X", rank="species", accepted=lion, parent=lion.parent
        ).full_clean()
    animalia = Taxon.objects.get(slug="animalia")
    animalia.accepted = lion
    with pytest.raises(ValidationError, match="hang below"):
        animalia.full_clean()


def test_an_unknown_country_is_refused(lion: Taxon) -> None:
    with pytest.raises(ValidationError, match="XYZ"):
        Range(taxon=lion, country="XYZ").full_clean()


def test_what_was_exported_can_be_imported(lion: Taxon) -> None:
    for resource in (TaxonResource(), CommonNameResource()):
        table = resource.export()
        result = resource.import_data(table, raise_errors=True)
        assert result.totals["skip"] == len(table) > 0


def test_importing_takes_more_than_a_look_into_the_admin(client: Client, lion: Taxon) -> None:
    reader = User.objects.create_user("reader", is_staff=True)
    client.force_login(reader)
    for name in ("import", "export"):
        assert client.get(reverse(f"admin:species_taxon_{name}")).status_code == 403
    reader.user_permissions.add(Permission.objects.get(codename="view_taxon"))
    assert client.get(reverse("admin:species_taxon_import")).status_code == 403
    assert client.get(reverse("admin:species_taxon_export")).status_code == 200


def test_an_exported_name_is_no_formula(admin_client: Client, lion: Taxon) -> None:
    CommonName.objects.create(taxon=lion, language="xx", name="=HYPERLINK(1)")
    answer = admin_client.post(
        reverse("admin:species_commonname_export"),
        {"format": "0", "resource": "0", **dict.fromkeys(COMMON_NAME_COLUMNS, "on")},
    )
    assert "HYPERLINK(1)" in answer.text
    assert "=HYPERLINK" not in answer.text
