"""Opening a mesh makes its keys, its slug and its owner's member row, or nothing at all."""

import pytest
from claudemesh_wire import boxes, signing

from accounts.models import User
from meshes import slugs
from meshes.models import Member, Mesh
from storing import vault
from tests.meshes.conftest import Person

pytestmark = pytest.mark.django_db

LOW_ORDER_POINT = "00" * 32


def create(who: Person, **body: object) -> tuple[int, dict]:
    response = who.call(
        "post", "/cli/mesh/create", {"name": "Acme Corp", "pubkey": who.keys.public} | body
    )
    return response.status_code, response.json()


def test_the_reply_has_the_shape_that_clients_read(alice: Person) -> None:
    status, body = create(alice)
    assert status == 200
    assert body == {
        "id": body["id"],
        "slug": "acme-corp",
        "name": "Acme Corp",
        "member_id": body["member_id"],
        "sealed_root_key": body["sealed_root_key"],
        "broker_url": "ws://localhost:7900/ws",
    }


def test_the_creator_is_the_owner_member(alice: Person) -> None:
    _, body = create(alice, display_name="Alice at work")
    member = Member.objects.get(pk=body["member_id"])
    assert (member.role, member.pubkey, member.user) == ("owner", alice.keys.public, alice.user)
    assert member.display_name == "Alice at work"
    assert Mesh.objects.get().owner == alice.user


def test_the_sealed_root_key_opens_with_the_creators_key_only(
    alice: Person, mallory: Person
) -> None:
    _, body = create(alice)
    root_key = boxes.open_anonymous(body["sealed_root_key"], alice.keys.secret)
    assert root_key == vault.decrypt(Mesh.objects.get(pk=body["id"]).root_key_encrypted)
    with pytest.raises(boxes.DecryptError):
        boxes.open_anonymous(body["sealed_root_key"], mallory.keys.secret)


def test_the_mesh_has_its_own_signing_key(alice: Person) -> None:
    create(alice)
    mesh = Mesh.objects.get()
    secret = vault.decrypt(mesh.owner_secret_encrypted).decode()
    assert signing.verify("x", signing.sign("x", secret), mesh.owner_pubkey)


def test_no_secret_is_stored_in_the_clear(alice: Person) -> None:
    _, body = create(alice)
    root_key = boxes.open_anonymous(body["sealed_root_key"], alice.keys.secret)
    row = repr(Mesh.objects.values().get())
    assert root_key.hex() not in row
    assert boxes.encode_key(root_key) not in row


@pytest.mark.parametrize(
    "pubkey",
    ["", "ab", "AB" * 32, "zz" * 32, "ab" * 33, 5, None, True, [], LOW_ORDER_POINT, "ab\n" * 22],
)
def test_a_bad_pubkey_stores_nothing(alice: Person, pubkey: object) -> None:
    status, body = create(alice, pubkey=pubkey)
    assert (status, body["error"]) == (400, "malformed")
    assert "pubkey" in body["message"]
    assert not Mesh.objects.exists()


@pytest.mark.parametrize(
    "bad",
    [
        {"name": ""},
        {"name": "   "},
        {"name": "x" * 121},
        {"name": 7},
        {"name": None},
        {"name": "a\x00b"},
        {"name": "a\x1b[31mb"},
        {"name": "a\u202eb"},
        {"slug": "Not A Slug"},
        {"slug": "-x"},
        {"slug": "x" * 49},
        {"slug": "a/b"},
        {"slug": 3},
        {"display_name": "x" * 121},
        {"display_name": {"a": 1}},
    ],
    ids=repr,
)
def test_a_bad_field_stores_nothing(alice: Person, bad: dict) -> None:
    status, body = create(alice, **bad)
    assert (status, body["error"]) == (400, "malformed")
    assert next(iter(bad)) in body["message"]
    assert not Mesh.objects.exists()


def test_null_counts_as_absent_for_optional_fields(alice: Person) -> None:
    assert create(alice, slug=None, display_name=None)[0] == 200


def test_a_taken_slug_gets_a_suffix(alice: Person, mallory: Person) -> None:
    assert create(alice)[1]["slug"] == "acme-corp"
    assert create(mallory)[1]["slug"] == "acme-corp-2"
    assert create(alice, slug="acme-corp")[1]["slug"] == "acme-corp-3"


def test_after_a_hundred_the_slug_is_refused(alice: Person) -> None:
    Mesh.objects.bulk_create(Mesh(slug=slug, name="x") for slug in slugs.candidates("acme-corp"))
    status, body = create(alice)
    assert (status, body["error"]) == (409, "exists")
    assert Mesh.objects.count() == 100


def test_a_slug_taken_in_the_last_moment_is_stepped_over(
    alice: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    Mesh.objects.create(slug="acme-corp", name="x")
    monkeypatch.setattr(Mesh.objects, "filter", lambda **_: Mesh.objects.none())
    assert create(alice)[1]["slug"] == "acme-corp-2"


@pytest.mark.parametrize(
    ("name", "slug"),
    [("Acme Corp", "acme-corp"), ("日本", "mesh"), ("a__b--c", "a-b-c"), ("x" * 99, "x" * 48)],
)
def test_a_slug_is_made_from_the_name(name: str, slug: str) -> None:
    assert slugs.slug_of(name) == slug
    assert slugs.is_slug(slug)


def test_without_a_bearer_nothing_is_made(anybody, alice: Person) -> None:
    body = {"name": "Acme", "pubkey": alice.keys.public}
    assert anybody.post("/cli/mesh/create", body, format="json").status_code == 401
    assert not Mesh.objects.exists()


def test_a_user_may_be_deleted_only_after_their_meshes(alice: Person) -> None:
    from django.db.models import ProtectedError

    create(alice)
    with pytest.raises(ProtectedError):
        User.objects.get(pk=alice.user.pk).delete()
