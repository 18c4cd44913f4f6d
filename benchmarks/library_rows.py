"""The made-up photos of the library's benchmark, written by PostgreSQL itself."""

from datetime import UTC, datetime

from django.contrib.auth.models import User
from django.db import connection

from wildlife.library.models import Tag
from wildlife.photos.models import Upload
from wildlife.projects.models import Deployment, Membership, Project, Role
from wildlife.species.models import Taxon
from wildlife.species.paths import within

UPLOADS, CAMERAS = 200, 100
LARGE, SMALL = "large", "small"
SPECIES = {"mammalia": 150, "aves": 150, "reptilia": 40, "insecta": 60}
"""So many species of each class are on the photos, the first class most often."""

_PHOTOS = """
INSERT INTO photos_photo (
    id, owner_id, project_id, deployment_id, guest, original, filename, media_type, size, sha256,
    preview, width, height, upload_id, assigned_by, taken_at, latitude, longitude, camera_make,
    camera_model, time_corrected, place_corrected, state, failure, priority, attempts, received_at,
    finished_at, taxon_id, several_taxa, confidence, disputed, people, vehicles, blank, settled,
    answer_due
)
SELECT md5('photo' || n)::uuid,
    CASE WHEN n %% 100 < 60 THEN %(ranger)s WHEN n %% 100 >= 91 THEN %(other)s END,
    CASE WHEN n %% 100 BETWEEN 60 AND 89 THEN %(large)s::uuid
        WHEN n %% 100 = 90 THEN %(small)s::uuid END,
    CASE WHEN n %% 100 BETWEEN 60 AND 89
        THEN (%(cameras)s::uuid[])[1 + n * %(camera_count)s / (%(photos)s + 1)] END, '',
    'originals/' || n || '.jpg', 'IMG_' || n || '.JPG', 'image/jpeg', 3000000, md5('a' || n),
    'previews/' || n || '.jpg', 4000, 3000, CASE WHEN n %% 100 < 60 THEN upload END, '', taken,
    site_y, site_x, 'Reconyx', 'HF2', false, false,
    CASE WHEN dice < 0.001 THEN 'failed' ELSE 'done' END, '', 1, 0,
    taken + interval '20 days', taken + interval '21 days',
    CASE WHEN kind = 'animal' THEN taxon END, kind = 'animal' AND dice > 0.985,
    CASE WHEN kind = 'animal' THEN CASE WHEN looked_at THEN 1 ELSE 1 - dice * dice END END,
    kind = 'animal' AND dice > 0.93 AND NOT looked_at, kind = 'people', kind = 'vehicles',
    kind = 'blank', looked_at, false
FROM (
    SELECT n, (%(uploads)s::uuid[])[1 + n * %(upload_count)s / (%(photos)s + 1)] AS upload,
        timestamptz '2019-01-01 00:00Z' + n * (interval '2500 days' / %(photos)s)
            + interval '1 hour' * (12 + 7 * sin(n)) AS taken,
        (hashint4(n) & 65535) / 65536.0 AS dice,
        CASE WHEN n < %(photos)s / 20 THEN -19.5
            ELSE ((hashint4(n / 500) & 127) - 60) + (hashint4(n / 50) & 7) / 300.0 END AS site_y,
        CASE WHEN n < %(photos)s / 20 THEN 23.5
            ELSE ((hashint4(n / 500 + 7) & 255) - 128) + (hashint4(n / 50 + 3) & 7) / 300.0
            END AS site_x,
        CASE WHEN (hashint4(n + 11) & 15) < 4 THEN 'blank'
            WHEN (hashint4(n + 11) & 255) > 247 THEN 'people'
            WHEN (hashint4(n + 11) & 255) > 245 THEN 'vehicles' ELSE 'animal' END AS kind,
        (hashint4(n + 13) & 7) = 0 AS looked_at,
        CASE WHEN n < %(photos)s / 8 AND (hashint4(n + 5) & 3) = 0 THEN (%(taxa)s::int[])[1]
            ELSE (%(taxa)s::int[])[2 + floor(%(species)s
                * power((hashint4(n + 5) & 65535) / 65536.0, 3))::int] END AS taxon
    FROM generate_series(1, %(photos)s) AS n
) AS made
"""
_DETECTIONS = """
INSERT INTO identifications_detection (
    photo_id, run_id, index, category, confidence, x, y, width, height, crop, whole_image, groups
)
SELECT id, %(run)s, number,
    CASE WHEN people THEN 'person' WHEN vehicles THEN 'vehicle' ELSE 'animal' END, 0.9,
    0.2, 0.2, 0.3, 0.3,
    CASE WHEN people OR vehicles THEN '' ELSE 'crops/' || id || '/0.jpg' END, blank, '[]'
FROM photos_photo, generate_series(0, CASE WHEN several_taxa THEN 1 ELSE 0 END) AS number
WHERE state = 'done'
"""
_ANSWERS = """
INSERT INTO identifications_identification (
    detection_id, taxon_id, confidence, agreement, reason, walk, runners_up, countries, elsewhere
)
SELECT d.id,
    CASE WHEN d.index = 1 THEN (%(taxa)s::int[])[1 + d.id %% %(species)s] ELSE taxon_id END,
    coalesce(p.confidence, 0.9), 1, CASE WHEN blank THEN 'no_animal' ELSE 'species' END, '[]', '[]',
    '[]', '[]'
FROM identifications_detection d JOIN photos_photo p ON p.id = d.photo_id
WHERE NOT p.people AND NOT p.vehicles
"""
_VERDICTS = """
INSERT INTO identifications_verdict (
    photo_id, x, y, width, height, kind, taxon_id, given_by_id, given_at, source, sex, life_stage,
    behaviour, second_look
)
SELECT d.photo_id, d.x, d.y, d.width, d.height,
    CASE WHEN blank THEN 'no_animal' WHEN people THEN 'person' WHEN vehicles THEN 'vehicle'
        ELSE 'animal' END, p.taxon_id, %(ranger)s, p.finished_at, '', '', '', '', ''
FROM identifications_detection d JOIN photos_photo p ON p.id = d.photo_id
WHERE p.settled AND d.index = 0
"""
_FURTHER = """
INSERT INTO photos_photo_further_taxa (photo_id, taxon_id)
SELECT DISTINCT p.id, i.taxon_id FROM identifications_identification i
JOIN identifications_detection d ON d.id = i.detection_id JOIN photos_photo p ON p.id = d.photo_id
WHERE p.several_taxa AND i.taxon_id <> p.taxon_id
"""
_TAGGED = """
INSERT INTO library_tagged (tag_id, photo_id)
SELECT %(tag)s, id FROM photos_photo WHERE owner_id = %(ranger)s AND right(id::text, 1) = '7'
    AND right(filename, 6) > '5.JPG'
"""


def write_rows(photos: int) -> None:
    """Write photos with their answers; indexes are made afterwards, as that is much quicker."""
    ranger = User.objects.create(username="ranger")
    other = User.objects.create(username="other")
    User.objects.create(username="staff", is_staff=True)
    viewer = User.objects.create(username="viewer")
    large, small = (Project.objects.create(slug=slug, name=slug) for slug in (LARGE, SMALL))
    for project in (large, small):
        Membership.objects.create(project=project, user=viewer, role=Role.VIEWER)
    cameras = [
        Deployment.objects.create(
            project=large, name=f"C{number:03}", latitude=0, longitude=0,
            start=datetime(2019, 1, 1, tzinfo=UTC), time_zone="UTC",
        )
        for number in range(CAMERAS)
    ]  # fmt: skip
    uploads = Upload.objects.bulk_create(Upload(owner=ranger) for _ in range(UPLOADS))
    taxa = [pk for slug, count in SPECIES.items() for pk in species_of(slug, count)]
    tag = Tag.objects.create(owner=ranger, name="waterhole")
    given = {
        "ranger": ranger.pk, "other": other.pk, "photos": photos,
        "large": str(large.pk), "small": str(small.pk),
        "taxa": taxa, "species": len(taxa) - 2,
        "uploads": [str(one.pk) for one in uploads], "upload_count": UPLOADS,
        "cameras": [str(one.pk) for one in cameras], "camera_count": CAMERAS,
        "tag": tag.pk, "run": "00000000-0000-4000-8000-000000000001",
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename "
            "IN ('photos_photo', 'identifications_detection', 'identifications_identification', "
            "'identifications_verdict') "
            "AND indexdef NOT LIKE 'CREATE UNIQUE%%'"
        )
        indexes = cursor.fetchall()
        for name, _ in indexes:
            cursor.execute(f'DROP INDEX "{name}"')
        cursor.execute(
            "INSERT INTO identifications_run (id, state, lineup, priority, created_at, alive_at, "
            "attempts, failure, breadths) "
            "VALUES (%(run)s, 'done', '{}', 1, now(), now(), 1, '', '{}')",
            given,
        )
        for statement in (_PHOTOS, _DETECTIONS, _ANSWERS, _VERDICTS, _FURTHER, _TAGGED):
            cursor.execute(statement, given)
        cursor.execute("SET maintenance_work_mem = '512MB'")
        for _, definition in indexes:
            cursor.execute(definition)
        cursor.execute("VACUUM ANALYZE")


def species_of(slug: str, count: int) -> list[int]:
    """Return the ids of so many species of a class, from all over it."""
    top = Taxon.objects.get(slug=slug)
    ids = list(within(top).filter(rank="species").order_by("path").values_list("pk", flat=True))
    return ids[:: max(len(ids) // count, 1)][:count]
