"""The tables of the engine's file.

Comes in: nothing. Goes out: one script for each version of the schema. Never here: what the rows mean to the API.
`seq` counts what was made, in order; lists page along it. `body` is JSON: what a read shows of a thing, apart
from what other tables hold. Instants are fixed-width UTC text (`instants.py`), so that text order is time order;
the columns `created_at` and `archived_at` hold the API's own style, which is shown as it is.
"""

from typing import Final

# One script a version; a file at version N still needs MIGRATIONS[N:]. A released script never changes.
MIGRATIONS: Final = (
    """
    CREATE TABLE prerequisites (
      kind TEXT NOT NULL,
      id TEXT NOT NULL,
      name TEXT NOT NULL,
      body TEXT NOT NULL,
      PRIMARY KEY (kind, id)
    );
    CREATE TABLE rates (
      rate_card_id TEXT NOT NULL,
      product_id TEXT NOT NULL,
      billing_frequency TEXT NOT NULL,
      entitled INTEGER NOT NULL,
      PRIMARY KEY (rate_card_id, product_id, billing_frequency)
    );
    CREATE TABLE rate_card_aliases (
      alias TEXT NOT NULL,
      rate_card_id TEXT NOT NULL,
      PRIMARY KEY (alias, rate_card_id)
    );
    CREATE INDEX rate_card_aliases_by_card ON rate_card_aliases (rate_card_id);
    CREATE TABLE custom_field_keys (
      entity TEXT NOT NULL,
      key TEXT NOT NULL,
      PRIMARY KEY (entity, key)
    );
    CREATE TABLE packages (
      seq INTEGER PRIMARY KEY AUTOINCREMENT,
      id TEXT NOT NULL UNIQUE,
      uniqueness_key TEXT UNIQUE,
      created_at TEXT NOT NULL,
      archived_at TEXT,
      request TEXT NOT NULL,
      body TEXT NOT NULL
    );
    CREATE INDEX packages_not_archived ON packages (seq) WHERE archived_at IS NULL;
    CREATE INDEX packages_archived ON packages (seq) WHERE archived_at IS NOT NULL;
    CREATE TABLE alias_windows (
      alias TEXT NOT NULL,
      package_seq INTEGER NOT NULL REFERENCES packages (seq),
      starting_at TEXT NOT NULL,
      ending_before TEXT NOT NULL,
      live INTEGER NOT NULL DEFAULT 1
    );
    CREATE INDEX alias_windows_live ON alias_windows (alias, ending_before) WHERE live = 1;
    CREATE INDEX alias_windows_by_package ON alias_windows (package_seq);
    """,
    """
    CREATE TABLE billable_metrics (
      seq INTEGER PRIMARY KEY AUTOINCREMENT,
      id TEXT NOT NULL UNIQUE,
      archived_at TEXT,
      body TEXT NOT NULL
    );
    CREATE INDEX billable_metrics_not_archived ON billable_metrics (seq) WHERE archived_at IS NULL;
    CREATE TABLE products (
      seq INTEGER PRIMARY KEY AUTOINCREMENT,
      id TEXT NOT NULL UNIQUE,
      type TEXT NOT NULL,
      created_at TEXT NOT NULL,
      archived_at TEXT,
      body TEXT NOT NULL
    );
    CREATE INDEX products_not_archived ON products (seq) WHERE archived_at IS NULL;
    CREATE INDEX products_archived ON products (seq) WHERE archived_at IS NOT NULL;
    CREATE TABLE product_updates (
      seq INTEGER PRIMARY KEY AUTOINCREMENT,
      product_id TEXT NOT NULL REFERENCES products (id),
      starting_at TEXT NOT NULL,
      created_at TEXT NOT NULL,
      body TEXT NOT NULL
    );
    CREATE INDEX product_updates_by_product ON product_updates (product_id, seq);
    CREATE TABLE credit_types (
      seq INTEGER PRIMARY KEY AUTOINCREMENT,
      id TEXT NOT NULL UNIQUE,
      name TEXT NOT NULL,
      is_currency INTEGER NOT NULL,
      archived_at TEXT
    );
    CREATE INDEX credit_types_not_archived ON credit_types (seq) WHERE archived_at IS NULL;
    INSERT INTO credit_types (id, name, is_currency) VALUES
      ('2714e483-4ff1-48e4-9e25-ac732e8f24f2', 'USD (cents)', 1);
    CREATE TABLE rate_cards (
      seq INTEGER PRIMARY KEY AUTOINCREMENT,
      id TEXT NOT NULL UNIQUE,
      created_at TEXT NOT NULL,
      archived_at TEXT,
      body TEXT NOT NULL
    );
    CREATE INDEX rate_cards_not_archived ON rate_cards (seq) WHERE archived_at IS NULL;
    CREATE TABLE rate_card_windows (
      alias TEXT NOT NULL,
      rate_card_seq INTEGER NOT NULL REFERENCES rate_cards (seq),
      starting_at TEXT NOT NULL,
      ending_before TEXT NOT NULL,
      live INTEGER NOT NULL DEFAULT 1
    );
    CREATE INDEX rate_card_windows_live ON rate_card_windows (alias, ending_before) WHERE live = 1;
    CREATE INDEX rate_card_windows_by_card ON rate_card_windows (rate_card_seq);
    CREATE TABLE rate_card_rates (
      seq INTEGER PRIMARY KEY AUTOINCREMENT,
      rate_card_id TEXT NOT NULL REFERENCES rate_cards (id),
      product_id TEXT NOT NULL REFERENCES products (id),
      billing_frequency TEXT NOT NULL,
      pricing_group_values TEXT NOT NULL,
      starting_at TEXT NOT NULL,
      ending_before TEXT NOT NULL,
      entitled INTEGER NOT NULL,
      body TEXT NOT NULL,
      UNIQUE (rate_card_id, product_id, billing_frequency, pricing_group_values, starting_at)
    );
    CREATE TABLE seeds (
      kind TEXT NOT NULL,
      id TEXT NOT NULL,
      digest TEXT NOT NULL,
      PRIMARY KEY (kind, id)
    );
    ALTER TABLE custom_field_keys ADD COLUMN enforce_uniqueness INTEGER NOT NULL DEFAULT 0;
    CREATE TABLE custom_field_values (
      entity TEXT NOT NULL,
      entity_id TEXT NOT NULL,
      key TEXT NOT NULL,
      value TEXT NOT NULL,
      PRIMARY KEY (entity_id, entity, key)
    );
    CREATE INDEX custom_field_values_by_value ON custom_field_values (entity, key, value);
    INSERT INTO custom_field_values (entity, entity_id, key, value)
      SELECT entity, json_extract(term, '$.id'), f.key, f.value FROM (
      SELECT 'package_commit' AS entity, t.value AS term
        FROM packages p, json_each(p.body, '$.commits') t
      UNION ALL
      SELECT 'package_credit' AS entity, t.value AS term
        FROM packages p, json_each(p.body, '$.credits') t
      UNION ALL
      SELECT 'package_scheduled_charge' AS entity, t.value AS term
        FROM packages p, json_each(p.body, '$.scheduled_charges') t
      UNION ALL
      SELECT 'package_subscription' AS entity, t.value AS term
        FROM packages p, json_each(p.body, '$.subscriptions') t
      ), json_each(term, '$.custom_fields') f;
    CREATE TABLE customers (
      seq INTEGER PRIMARY KEY AUTOINCREMENT,
      id TEXT NOT NULL UNIQUE,
      created_at TEXT NOT NULL,
      updated_at TEXT NOT NULL,
      archived_at TEXT,
      name TEXT NOT NULL
    );
    CREATE INDEX customers_not_archived ON customers (seq) WHERE archived_at IS NULL;
    CREATE INDEX customers_archived ON customers (seq) WHERE archived_at IS NOT NULL;
    CREATE TABLE ingest_aliases (
      alias TEXT PRIMARY KEY,
      customer_id TEXT NOT NULL REFERENCES customers (id)
    );
    CREATE INDEX ingest_aliases_by_customer ON ingest_aliases (customer_id);
    CREATE TABLE billing_configurations (
      seq INTEGER PRIMARY KEY AUTOINCREMENT,
      id TEXT NOT NULL UNIQUE,
      customer_id TEXT NOT NULL REFERENCES customers (id),
      billing_provider TEXT NOT NULL,
      delivery_method TEXT NOT NULL,
      archived_at TEXT,
      body TEXT NOT NULL
    );
    CREATE INDEX billing_configurations_by_customer ON billing_configurations (customer_id);
    CREATE TABLE contracts (
      seq INTEGER PRIMARY KEY AUTOINCREMENT,
      id TEXT NOT NULL UNIQUE,
      customer_id TEXT NOT NULL REFERENCES customers (id),
      package_seq INTEGER REFERENCES packages (seq),
      uniqueness_key TEXT UNIQUE,
      created_at TEXT NOT NULL,
      starting_at TEXT NOT NULL,
      ending_before TEXT NOT NULL,
      archived_at TEXT,
      body TEXT NOT NULL
    );
    CREATE INDEX contracts_by_customer ON contracts (customer_id, starting_at, seq);
    CREATE INDEX contracts_by_package ON contracts (package_seq, seq, starting_at, ending_before, archived_at);
    CREATE TABLE contract_terms (
      id TEXT PRIMARY KEY,
      contract_seq INTEGER NOT NULL REFERENCES contracts (seq),
      entity TEXT NOT NULL
    );
    CREATE INDEX contract_terms_by_contract ON contract_terms (contract_seq);
    CREATE TABLE transitions (
      from_contract_id TEXT PRIMARY KEY REFERENCES contracts (id),
      to_contract_id TEXT NOT NULL REFERENCES contracts (id),
      type TEXT NOT NULL
    );
    CREATE INDEX transitions_to ON transitions (to_contract_id);
    CREATE TABLE events (
      seq INTEGER PRIMARY KEY AUTOINCREMENT,
      transaction_id TEXT NOT NULL,
      customer_id TEXT NOT NULL,
      event_type TEXT NOT NULL,
      timestamp TEXT NOT NULL,
      received_at TEXT NOT NULL,
      properties TEXT NOT NULL
    );
    CREATE INDEX events_by_transaction ON events (transaction_id, received_at);
    CREATE INDEX events_by_customer ON events (customer_id, timestamp);
    CREATE TABLE audit_log (
      seq INTEGER PRIMARY KEY AUTOINCREMENT,
      id TEXT NOT NULL,
      timestamp TEXT NOT NULL,
      action TEXT NOT NULL,
      resource_type TEXT NOT NULL,
      resource_id TEXT NOT NULL,
      description TEXT NOT NULL,
      request TEXT NOT NULL
    );
    CREATE INDEX audit_log_by_time ON audit_log (timestamp, seq);
    CREATE INDEX audit_log_by_resource ON audit_log (resource_type, resource_id, timestamp, seq);
    CREATE TABLE idempotency_keys (
      key TEXT PRIMARY KEY,
      content TEXT NOT NULL,
      created_at TEXT NOT NULL,
      status INTEGER NOT NULL,
      body TEXT NOT NULL
    );
    CREATE INDEX idempotency_keys_by_age ON idempotency_keys (created_at);
    -- What they held is the catalog's and comes back in the tables above with the next seed.
    DROP TABLE prerequisites;
    DROP TABLE rates;
    DROP TABLE rate_card_aliases
    """,
)
