"""Below a project: its animals that look alike."""

from django.urls import path

from wildlife.web.review import alike

urlpatterns = [
    path("review/alike/", alike.alike, name="review_alike"),
    path("review/alike/say", alike.say, name="review_alike_say"),
    path("review/alike/take-back", alike.take_back, name="review_alike_take_back"),
]
