"""Who reads which article, once more, by the database; the search behind that wall, and what editors may count."""

from django.db import migrations

from tallyhub.kernel.walls import (
    CUSTOMERS,
    INSIDE,
    ORGANIZATIONS,
    PERSON,
    RunRoleSQL,
    append_only,
    no_same_customer,
    only_for_app,
    same_customer,
)

MINE = f"organization_id = ANY ({ORGANIZATIONS})"
# A partner acts for an organisation, too, and publishes nothing.
WRITTEN = f"{MINE} AND organization_id IN (SELECT o.id FROM organizations_organization o WHERE o.kind = 'provider')"
STAFF = f"coalesce(cardinality({ORGANIZATIONS}), 0) > 0"
_HELD = f"ARRAY(SELECT h.product_id FROM agreements_list_channels({INSIDE}, now()) h)"
# Inside a customer: about what it holds or about everything, and what it was sent.
_INSIDE = f"""
    cardinality({INSIDE}) > 0 AND (products = '{{}}' OR products && {_HELD}
        OR id IN (SELECT s.article_id FROM articles_sent s WHERE s.customer_id = ANY ({INSIDE})))"""
PUBLISHED = f"state = 'published' AND ({STAFF} OR {_INSIDE})"
# Whoever works for a partner and inside a customer reads what its own organisation sent there, and no other's.
_SENT = f"{MINE} OR NOT {STAFF} AND customer_id = ANY ({INSIDE})"
_OWN = f"person_id = {PERSON} AND customer_id = ANY ({INSIDE})"
_SENT_BY_US = f"sent_id IN (SELECT s.id FROM articles_sent s WHERE s.organization_id = ANY ({ORGANIZATIONS}))"
# Table: (who reads, adds, changes, removes).
WALLS = {
    "article": (f"{MINE} OR {PUBLISHED}", WRITTEN, WRITTEN, "false"),
    "draft": (WRITTEN, WRITTEN, WRITTEN, "false"),
    # Each asks the policy of what it is a part of.
    "version": (f"{MINE} OR id IN (SELECT a.current_id FROM articles_article a)", WRITTEN, "false", "false"),
    "text": (f"{MINE} OR version_id IN (SELECT v.id FROM articles_version v)", WRITTEN, "false", "false"),
    "reading": (*(f"person_id = {PERSON}",) * 4,),
    # To whom an organisation may send anything, the package knows that has the request.
    "sent": (_SENT, MINE, "false", "false"),
    "sentto": (
        f"{_OWN} OR NOT {STAFF} AND customer_id = ANY ({CUSTOMERS}) OR {_SENT_BY_US}",
        _SENT_BY_US,
        _OWN,
        f"customer_id = ANY ({CUSTOMERS})",
    ),
}


def _wall(name: str) -> str:
    """Not FOR ALL: a policy for writing would be asked at each read as well."""
    table = f"articles_{name}"
    reads, adds, changes, removes = WALLS[name]
    return f"""
ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
CREATE POLICY readable ON {table} FOR SELECT USING ({reads});
CREATE POLICY added ON {table} FOR INSERT WITH CHECK ({adds});
CREATE POLICY changed ON {table} FOR UPDATE USING ({changes}) WITH CHECK ({changes});
CREATE POLICY removed ON {table} FOR DELETE USING ({removes});
"""


def _no_wall(name: str) -> str:
    drops = "".join(f"DROP POLICY {one} ON articles_{name};" for one in ("readable", "added", "changed", "removed"))
    return f"{drops} ALTER TABLE articles_{name} DISABLE ROW LEVEL SECURITY;"


WITHIN = (
    ("draft", "article_id", "article"),
    ("version", "article_id", "article"),
    ("text", "version_id", "version"),
    ("article", "current_id", "version"),
)


def _within(table: str, column: str, target: str) -> str:
    """A composite foreign key: no part of one provider's article is another's."""
    return f"""
ALTER TABLE articles_{table} ADD CONSTRAINT articles_{table}_{column}_same_provider
    FOREIGN KEY (organization_id, {column}) REFERENCES articles_{target} (organization_id, id)
    DEFERRABLE INITIALLY DEFERRED;
"""


KNOWN = "".join(
    f"ALTER TABLE articles_{table} ADD CONSTRAINT articles_{table}_article_known "
    "FOREIGN KEY (article_id) REFERENCES articles_article (id);"
    for table in ("reading", "sent")
)
NOT_KNOWN = "".join(
    f"ALTER TABLE articles_{table} DROP CONSTRAINT articles_{table}_article_known;" for table in ("reading", "sent")
)

# The operator behind the index is not leakproof, so that no plan uses the index below a policy; this function uses it,
# and asks of what it found the same as the policy (design 5.1). An article is found by all of the words, the last of
# which may be the beginning of one; where no article has them all, by some.
FIND = f"""
CREATE FUNCTION articles_query(the_language text, the_words text) RETURNS tsquery LANGUAGE sql STABLE
RETURN plainto_tsquery(articles_config(the_language), articles_parted(the_words)) || (
    plainto_tsquery(articles_config(the_language), regexp_replace(articles_parted(the_words), '\\S+\\s*$', ''))
    && regexp_replace(
        plainto_tsquery('simple', substring(articles_parted(the_words) FROM '\\S+\\s*$'))::text,
        '''( |$)', ''':*\\1', 'g')::tsquery);
CREATE FUNCTION articles_find(the_words text, the_language text, the_product bigint, at_most integer)
RETURNS TABLE (article_id bigint, has_all boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH asked AS MATERIALIZED (
        SELECT l AS language, articles_query(l, the_words) AS every,
            replace(articles_query(l, the_words)::text, ' & ', ' | ')::tsquery AS any_of
        FROM (SELECT DISTINCT unnest(ARRAY[the_language, 'en'])) languages (l)
    ), found AS MATERIALIZED (
        SELECT a.id, bool_or(t.words @@ q.every) AS has_all, max(ts_rank(t.words, q.any_of)) AS rank
        FROM asked q JOIN articles_text t ON t.language = q.language AND t.words @@ q.any_of
        JOIN (SELECT id, current_id, products FROM articles_article WHERE {PUBLISHED}) a
            ON a.current_id = t.version_id
        WHERE the_product IS NULL OR a.products = '{{}}' OR the_product = ANY (a.products)
        GROUP BY a.id
    )
    SELECT f.id, f.has_all FROM found f WHERE f.has_all OR NOT EXISTS (SELECT FROM found o WHERE o.has_all)
    ORDER BY f.rank DESC, f.id DESC LIMIT at_most;
$$;
"""
# For editors of the provider: how often, and never by whom. Without a number: of all versions together.
COUNTS = """
CREATE FUNCTION articles_counts(wanted bigint[])
RETURNS TABLE (article_id bigint, number integer, readers bigint, solved bigint, unsolved bigint, sent bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH mine AS MATERIALIZED (
        SELECT a.id FROM articles_article a
        WHERE a.id = ANY (wanted) AND a.organization_id = ANY (tallyhub_organizations())
    ), read AS (
        SELECT r.article_id, r.number, count(DISTINCT r.person_id) AS readers,
            count(*) FILTER (WHERE r.is_solved) AS solved, count(*) FILTER (WHERE NOT r.is_solved) AS unsolved
        FROM articles_reading r JOIN mine ON mine.id = r.article_id
        GROUP BY GROUPING SETS ((r.article_id), (r.article_id, r.number))
    ), told AS (
        SELECT s.article_id, s.number, count(*) AS times FROM articles_sent s JOIN mine ON mine.id = s.article_id
        GROUP BY GROUPING SETS ((s.article_id), (s.article_id, s.number))
    )
    SELECT coalesce(r.article_id, t.article_id), coalesce(r.number, t.number), coalesce(r.readers, 0),
        coalesce(r.solved, 0), coalesce(r.unsolved, 0), coalesce(t.times, 0)
    FROM read r FULL JOIN told t ON t.article_id = r.article_id AND coalesce(t.number, 0) = coalesce(r.number, 0);
$$;
"""
FOR_APP = ("articles_find", "articles_counts")
# What was sent stays sent: only what came of it is noted later.
SENT_STAYS = """
REVOKE UPDATE, TRUNCATE ON articles_sentto FROM {app};
GRANT UPDATE (opened_at, is_solved, answered_at) ON articles_sentto TO {app};
"""
FORWARD = (
    "".join(map(_wall, WALLS))
    + "".join(_within(*one) for one in WITHIN)
    + KNOWN
    + same_customer("articles_sentto", "sent_id", "articles_sent")
    + "".join(append_only(f"articles_{name}") for name in ("version", "text", "sent"))
    + SENT_STAYS
    + FIND
    + COUNTS
    + "".join(map(only_for_app, FOR_APP))
)
REVERSE = (
    "".join(f"DROP FUNCTION {name};" for name in (*FOR_APP, "articles_query"))
    + no_same_customer("articles_sentto", "sent_id")
    + NOT_KNOWN
    + "".join(
        f"ALTER TABLE articles_{table} DROP CONSTRAINT articles_{table}_{column}_same_provider;"
        for table, column, _ in WITHIN
    )
    + "".join(map(_no_wall, WALLS))
)


class Migration(migrations.Migration):
    dependencies = [
        ("articles", "0001_initial"),
        ("agreements", "0013_channels"),
        ("organizations", "0011_staff"),
    ]
    operations = [RunRoleSQL(FORWARD, REVERSE)]
