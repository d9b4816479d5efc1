def test_the_world_is_there(world, owner):
    assert owner.execute("SELECT count(*) FROM ledger_entry").fetchone() == (17,)
