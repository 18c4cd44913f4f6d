"""`wildlife`, and `python -m wildlife_cli`."""

from wildlife_cli import (
    exports,
    identify,
    imports,
    login,
    projects,
    status,
    upload,
    watch,
    webhooks,
)
from wildlife_cli.output import ended, new_app

app = new_app()
app.command()(identify.identify)
app.command()(upload.upload)
app.command()(watch.watch)
app.command()(exports.export)
app.command("import")(imports.import_files)
app.command()(status.status)
app.add_typer(projects.app, name="projects")
app.add_typer(webhooks.app, name="webhooks")
app.command()(login.login)
app.command()(login.logout)


def main() -> None:
    """Run the command of the command line, and end the process with its exit code."""
    with ended():
        app()


if __name__ == "__main__":
    main()
