"""What states are called on screen."""

from typing import Any

from django.utils.translation import pgettext_lazy

from tallyhub.articles.rules import ArticleState

STATE_NAMES: dict[str, Any] = {
    ArticleState.DRAFT: pgettext_lazy("an article", "Draft"),
    ArticleState.PUBLISHED: pgettext_lazy("an article", "Published"),
    ArticleState.WITHDRAWN: pgettext_lazy("an article", "Withdrawn"),
}
STATE_TONES = {ArticleState.DRAFT: "plain", ArticleState.PUBLISHED: "ok", ArticleState.WITHDRAWN: "low"}
