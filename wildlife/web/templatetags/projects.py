"""The head of every page of a project: its name and its tabs."""

from typing import Any

from django import template
from django.template.context import Context

from wildlife.projects.models import Project, Role
from wildlife.web.projects.tabs import tabs_of

register = template.Library()


@register.inclusion_tag("web/projects/_head.html", takes_context=True)
def project_head(context: Context, project: Project, tab: str = "") -> dict[str, Any]:
    """Show the name of a project and the tabs that the reader may open; `tab` is marked."""
    tabs = list(tabs_of(context["request"].user, project))
    return {"project": project, "tabs": tabs, "tab": tab}


@register.filter
def role_label(value: str) -> str:
    """Return a role in words."""
    return str(Role(value).label)
