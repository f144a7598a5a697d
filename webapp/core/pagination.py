"""Lists come in pages. Apart from ``core.api``, because DRF imports this class while it defines its own views."""

from rest_framework.pagination import PageNumberPagination


class Pages(PageNumberPagination):
    """Every list comes in pages of 50; ``page_size`` asks for up to 200."""

    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 200
