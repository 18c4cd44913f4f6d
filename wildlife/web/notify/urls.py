from django.urls import path

from wildlife.web.notify import alerts, webhooks

urlpatterns = [
    path("alerts/", alerts.alerts, name="alerts"),
    path("alerts/<uuid:alert_id>/", alerts.alert, name="alert"),
    path("alerts/<uuid:alert_id>/delete", alerts.delete_alert, name="delete_alert"),
    path("webhooks/", webhooks.webhooks, name="webhooks"),
    path("webhooks/<uuid:webhook_id>/", webhooks.webhook, name="webhook"),
    path(
        "webhooks/<uuid:webhook_id>/on",
        webhooks.act,
        {"action": "on"},
        name="webhook_on",
    ),
    path(
        "webhooks/<uuid:webhook_id>/off",
        webhooks.act,
        {"action": "off"},
        name="webhook_off",
    ),
    path(
        "webhooks/<uuid:webhook_id>/test",
        webhooks.act,
        {"action": "test"},
        name="test_webhook",
    ),
    path(
        "webhooks/<uuid:webhook_id>/renew",
        webhooks.act,
        {"action": "renew"},
        name="renew_webhook",
    ),
    path(
        "webhooks/<uuid:webhook_id>/delete",
        webhooks.act,
        {"action": "delete"},
        name="delete_webhook",
    ),
    path(
        "webhooks/<uuid:webhook_id>/messages/<uuid:delivery_id>/again",
        webhooks.again,
        name="send_again",
    ),
]
