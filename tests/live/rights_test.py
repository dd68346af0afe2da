#!/usr/bin/env python3
"""A Cassandra that asks who you are: a login, a role with the smallest rights, and a configuration that
names no pair."""

import re
import unittest

from cassandra import InvalidRequest

from harness import World, eventually, key, main, server
from node import Node

node = Node(passwords=True)


def setUpModule():  # noqa: N802 (unittest's name)
    unittest.addModuleCleanup(node.remove)
    node.start()


class Rights(unittest.TestCase):
    def setUp(self):
        self.world = World(self)
        self.world.cql("CREATE TABLE $.items (id uuid PRIMARY KEY, name text)")
        self.record = key()
        self.world.cql(f"INSERT INTO $.items (id, name) VALUES ({self.record}, 'n')")
        self.role = "role_" + key()[:8]
        self.world.session.execute(
            f"CREATE ROLE {self.role} WITH PASSWORD = 'a secret' AND LOGIN = true")
        self.addCleanup(self.world.session.execute, f"DROP ROLE {self.role}")
        for right in ("SELECT", "MODIFY"):
            self.grant(right, self.world.keyspace)
        self.log_in("a secret")

    def grant(self, right, keyspace):
        self.world.session.execute(f"GRANT {right} ON KEYSPACE {keyspace} TO {self.role}")

    def log_in(self, password, hosts=None, more=""):
        self.world.configure(
            cassandra=f'username = "{self.role}"\npassword = "{password}"\n{more}', hosts=hosts)

    def make_notes(self):
        """What an administrator does: pastes what the plan prints, and gives the rights to it."""
        statements = re.findall(r"^ *(CREATE [^;]*);", self.world.duet("plan", "--ddl"), re.M)
        self.assertTrue(statements)
        for statement in statements:
            self.world.session.execute(statement)
        for right in ("SELECT", "MODIFY"):
            self.grant(right, self.world.notes)

    def name_no_pair(self):
        text = self.world.config.read_text()
        self.world.config.write_text(text[:text.index("[[pair]]")])

    def test_a_wrong_password_is_said(self):
        self.log_in("another")
        said = self.world.duet("once", code=1)
        self.assertIn("password", said)
        self.assertNotIn("another", said)

    def test_without_the_right_to_create_its_notes_it_ends_with_what_an_administrator_must_type(self):
        daemon = self.world.start()
        self.assertEqual(daemon.process.wait(60), 1)
        self.assertIn(f'CREATE KEYSPACE IF NOT EXISTS "{self.world.notes}"', daemon.text())
        self.make_notes()
        daemon = self.world.start()
        daemon.wait_for("pair is level")
        self.world.level("items", {self.record: {"name": "n"}})
        self.assertEqual(daemon.stop(), 0)

    def test_the_rights_on_its_notes_cannot_be_given_before_they_are_there(self):
        with self.assertRaises(InvalidRequest):
            self.grant("SELECT", self.world.notes)
        self.make_notes()
        self.assertIn("1 pair level", self.world.duet("once"))

    def test_the_journal_asks_for_the_right_to_read_the_nodes_settings(self):
        self.log_in("a secret", more=f'cdc_directory = "{node.cdc_directory}"')
        self.assertIn("system_views", self.world.duet("plan"))
        self.world.session.execute(f"GRANT SELECT ON system_views.settings TO {self.role}")
        # Cassandra asks itself for a role's rights every two seconds.
        eventually(lambda: "system_views" not in self.world.duet("plan"), "the right holds")

    def test_where_no_pair_is_named_every_keyspace_is_paired(self):
        self.make_notes()
        self.name_no_pair()
        said = self.world.duet("once")
        self.assertIn(f"{self.world.keyspace}.items: 1 to Elasticsearch", said)
        self.assertEqual(self.world.documents("items")[self.record]["name"], "n")

    def test_where_no_pair_is_named_servers_of_other_machines_need_a_word(self):
        self.make_notes()
        # The second is an address of documentation (RFC 5737): nobody answers there.
        self.log_in("a secret", hosts=server("DUET_CASSANDRA") + '", "192.0.2.1:9042')
        self.name_no_pair()
        for command in ("once", "run"):
            said = self.world.duet(command, code=2)
            self.assertIn("--all", said)
            self.assertIn(f"{self.world.keyspace}.items", said)
        self.assertEqual(self.world.indices(), [])


if __name__ == "__main__":
    main()
