"""Tokens that an older copy kept as they are become hashed ones, which open what they opened."""

import hashlib

from django.db import migrations

OLD = "authtoken_token"


def adopt(apps, schema_editor):
    connection = schema_editor.connection
    if OLD not in connection.introspection.table_names():
        return
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT key, user_id FROM {OLD}")  # noqa: S608
        rows = cursor.fetchall()
    token = apps.get_model("tokens", "Token")
    token.objects.bulk_create(
        token(
            user_id=user_id,
            name="API token",
            secret_hash=hashlib.sha256(key.encode()).hexdigest(),
            beginning=key[:8],
            scopes=["admin", "curate", "read", "review", "upload"],
        )
        for key, user_id in rows
    )
    schema_editor.execute(f"DROP TABLE {OLD}")


class Migration(migrations.Migration):
    dependencies = [("tokens", "0001_initial")]

    operations = [migrations.RunPython(adopt, migrations.RunPython.noop, elidable=True)]
