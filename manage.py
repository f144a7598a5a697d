"""Django's entry point."""

import os
import sys

from django.core.management import execute_from_command_line

from webapp.core.embedded import environment, launcher

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "webapp.settings.development")
    if sys.argv[1:] == ["demo"]:
        # Before Django: its settings need the servers' addresses, which are known once the servers have been started.
        sys.exit(launcher.main())
    os.environ.update(environment.addresses_for_manage(os.environ))
    execute_from_command_line(sys.argv)
