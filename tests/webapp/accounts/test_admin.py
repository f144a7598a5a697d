from django.contrib import admin


def test_django_s_admin_knows_accounts_and_nothing_that_a_veil_could_hide() -> None:
    ours = {model._meta.label for model in admin.site._registry if model.__module__.startswith("webapp.")}
    assert ours == {"accounts.User"}
