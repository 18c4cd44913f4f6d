"""The queue of a project; below `review/` of the site, that of one's own photos."""

from django.urls import path

from wildlife.web.review import views

urlpatterns = [
    path("review/", views.queue, name="review"),
    path("review/more", views.more, name="review_more"),
    path("review/say", views.say, name="review_say"),
    path("review/take-back", views.take_back, name="review_take_back"),
    path("review/leave", views.leave, name="review_leave"),
    path("review/accept", views.accept, name="review_accept"),
    path("review/acceptances/<uuid:acceptance_id>/undo", views.undo, name="review_undo"),
]
