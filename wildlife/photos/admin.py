"""Photos for staff: facts to read, and deleting for good."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.admin import ModelAdmin
from unfold.decorators import display

from wildlife.photos.models import Photo
from wildlife.photos.services import PhotoBusy, delete, delete_all

BUSY = gettext_lazy(
    "A photo that is being looked at cannot be deleted; try again in a few seconds."
)


@admin.register(Photo)
class PhotoAdmin(ModelAdmin):
    list_display = ["filename", "shown_state", "whose", "priority", "shown_size", "received_at"]
    list_filter = ["state", "priority", "media_type", "received_at"]
    search_fields = ["filename", "id", "sha256", "owner__username"]
    date_hierarchy = "received_at"
    list_select_related = ["owner"]
    list_per_page = 50
    # The guest's secret opens their photos: it is nobody's business, not even staff's.
    exclude = ["guest"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Photo | None = None) -> bool:
        return False

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> tuple[Any, Any, Any, Any]:
        """Ask for leave to delete photos only: what was found on them goes along, whoever asks."""
        listed, counts, _, protected = super().get_deleted_objects(objs, request)
        return listed, counts, set(), protected

    def delete_model(self, request: HttpRequest, obj: Photo) -> None:
        try:
            delete(obj)
        except PhotoBusy:
            messages.error(request, BUSY)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Photo]) -> None:
        if delete_all(queryset):
            messages.error(request, BUSY)

    @display(
        description=gettext_lazy("State"),
        ordering="state",
        label={
            Photo.State.WAITING: "info",
            Photo.State.RUNNING: "warning",
            Photo.State.DONE: "success",
            Photo.State.FAILED: "danger",
        },
    )
    def shown_state(self, photo: Photo) -> tuple[str, str]:
        return photo.state, photo.get_state_display()

    @display(description=gettext_lazy("Whose"), ordering="owner__username")
    def whose(self, photo: Photo) -> str:
        return photo.owner.get_username() if photo.owner else _("a guest")

    @display(description=gettext_lazy("Size"), ordering="size")
    def shown_size(self, photo: Photo) -> str:
        return filesizeformat(photo.size)
