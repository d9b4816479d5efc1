"""What was never published may be deleted by the editors that wrote it; nobody has read it."""

from importlib import import_module

from django.db import migrations

from tallyhub.kernel.walls import RunRoleSQL

_WALLS = import_module("tallyhub.articles.migrations.0002_walls")
FORWARD = f"""
ALTER POLICY removed ON articles_article USING ({_WALLS.WRITTEN} AND state = 'draft');
ALTER POLICY removed ON articles_draft USING ({_WALLS.WRITTEN} AND EXISTS (
    SELECT FROM articles_article a WHERE a.id = article_id AND a.state = 'draft'));
"""
REVERSE = "".join(f"ALTER POLICY removed ON articles_{one} USING (false);" for one in ("article", "draft"))


class Migration(migrations.Migration):
    dependencies = [("articles", "0002_walls")]
    operations = [RunRoleSQL(FORWARD, REVERSE)]
