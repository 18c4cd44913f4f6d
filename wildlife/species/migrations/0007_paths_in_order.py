"""On PostgreSQL, paths are compared by their bytes, whatever language the database is made for.

Languages have orders of their own ("AA" after "Z" in Danish), in which a subtree is no range. In the
order of the bytes, an index also finds what begins with a path.
"""

from django.db import migrations


def by_bytes(apps, schema_editor):
    _collate(schema_editor, "C")


def by_language(apps, schema_editor):
    _collate(schema_editor, "default")


def _collate(schema_editor, collation):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(
            f'ALTER TABLE species_taxon ALTER COLUMN path TYPE varchar(200) COLLATE "{collation}"'
        )


class Migration(migrations.Migration):
    dependencies = [("species", "0006_ranks_in_order")]

    operations = [migrations.RunPython(by_bytes, by_language)]
