"""Every rule that a catalog can break: code, slug, severity, summary, why, fix.

Comes in: nothing. Goes out: `Rule` constants for the stages, `RULES` for `explain` and the tests.
Never here: checks. Codes are never reused; families: 0xx YAML, 1xx schema, 2xx meaning, 3xx units,
4xx aliases and time, 5xx plan and immutability, 6xx what lies around the catalog: lock files, state logs.
"""

from __future__ import annotations

from pkgplan.model.diagnostics import Rule, Severity

_E, _W, _N = Severity.ERROR, Severity.WARNING, Severity.NOTE

# 0xx: YAML and files

YAML_SYNTAX = Rule(
    "PKG001", "yaml-syntax", _E, "the file is not YAML",
    "Nothing in a file can be trusted once its structure is unclear.",
    "Mend the line that is shown; a tab used for indentation and an unclosed quote are the usual causes.",
)  # fmt: skip
DUPLICATE_KEY = Rule(
    "PKG002", "duplicate-key", _E, "a key is given twice in one mapping",
    "YAML readers keep one of the two and drop the other without a word, so a price could vanish.",
    "Remove one of the two, or give one term another key.",
)  # fmt: skip
YAML_FEATURE = Rule(
    "PKG003", "yaml-feature", _E, "a YAML feature outside the catalog's dialect",
    "Anchors, aliases, merge keys, tags, directives, several documents and keys that are not text make a file "
    "mean something else than it shows in review.",
    "Write the value out.",
)  # fmt: skip
UNREADABLE_FILE = Rule(
    "PKG004", "unreadable-file", _E, "a catalog file cannot be read",
    "A file that is skipped is a package that silently leaves the plan.",
    "Make it a readable regular file, or remove it.",
)  # fmt: skip
NOT_UTF8 = Rule(
    "PKG005", "not-utf8", _E, "a file is not UTF-8 text",
    "The same bytes would be read as other names on another machine.",
    "Save the file as UTF-8.",
)  # fmt: skip
TOO_LARGE = Rule(
    "PKG006", "too-large", _E, "a file is too long or nested too deeply",
    "A package is a page of text; a file beyond these limits is a mistake or an attack.",
    "Split the file; one package a file.",
)  # fmt: skip
UNSUPPORTED_NUMBER = Rule(
    "PKG007", "unsupported-number", _E, "a number that is not finite or has too many digits",
    "NaN, infinity and very long numbers cannot be sent to the API.",
    "Write a decimal number of at most 40 digits, or quote it if it is text.",
)  # fmt: skip
EMPTY_FILE = Rule(
    "PKG008", "empty-file", _E, "a file holds no document",
    "An empty file is most often a merge that went wrong.",
    "Fill it in or remove it.",
)  # fmt: skip

LEFT_BY_GIT = Rule(
    "PKG009", "left-by-git", _E, "a file that holds what git left there instead of its content",
    "Conflict markers, pointers of Git LFS and encrypted files stand for what somebody wrote; some of it could even be "
    "read, and one side of a merge would be sold without anybody having chosen it.",
    "Settle the merge, or fetch or decrypt the file; the hint says how.",
)  # fmt: skip

UNREAD_FILE = Rule(
    "PKG010", "unread-file", _N, "files in the catalog folder that are not read",
    "Only names that end in .yaml or .yml and do not begin with a dot are read. A package that is called otherwise is "
    "no part of the catalog, however much it looks like it.",
    "Name what belongs to the catalog accordingly, and move the rest away.",
)  # fmt: skip

# 1xx: the shape of one document

UNKNOWN_KEY = Rule(
    "PKG101", "unknown-key", _E, "a key that the kind does not have",
    "A misspelt key would be dropped, and with it what it says about money.",
    "Use the key that the hint names, or see `pkgplan explain spec`.",
)  # fmt: skip
MISSING_KEY = Rule(
    "PKG102", "missing-key", _E, "a required key is missing",
    "pkgplan fills in nothing that changes what a customer pays.",
    "Add the key.",
)  # fmt: skip
WRONG_TYPE = Rule(
    "PKG103", "wrong-type", _E, "a value of the wrong type",
    "The API would refuse it or, worse, read it differently.",
    "Write a value of the type that is named; quote text that looks like a number.",
)  # fmt: skip
UNKNOWN_VALUE = Rule(
    "PKG104", "unknown-value", _E, "a value outside a fixed set",
    "Metronome knows only these values here.",
    "Use one of the values that the hint lists.",
)  # fmt: skip
UNKNOWN_KIND = Rule(
    "PKG105", "unknown-kind", _E, "a document without a kind that pkgplan knows",
    "The kind decides which fields a document has.",
    "Write `kind:` with one of the known kinds.",
)  # fmt: skip
UNKNOWN_API_VERSION = Rule(
    "PKG106", "unknown-api-version", _E, "a document without `apiVersion: pkgplan/v1`",
    "The version decides how the rest of the document is read.",
    "Write `apiVersion: pkgplan/v1`.",
)  # fmt: skip
OUT_OF_RANGE = Rule(
    "PKG107", "out-of-range", _E, "a number, text or list beyond its limits",
    "Metronome refuses it, or it cannot mean what it says.",
    "Keep within the limits that are named.",
)  # fmt: skip
MALFORMED_NAME = Rule(
    "PKG108", "malformed-name", _E, "a key or name with characters that are not allowed",
    "Keys become part of uniqueness keys, file names and references, so they stay simple.",
    "Use lower-case letters, digits and single hyphens, at most 48 characters.",
)  # fmt: skip

MALFORMED_IGNORE = Rule(
    "PKG109", "malformed-ignore", _E, "a comment that silences a rule, but not in a way that counts",
    "A finding that somebody silenced is only as good as the reason; and errors cannot be silenced at all.",
    "Write `# pkgplan: ignore[PKG214] reason`, with the code of a warning or note and a reason.",
)  # fmt: skip
UNUSED_IGNORE = Rule(
    "PKG110", "unused-ignore", _W, "a comment that silences a finding which is not there",
    "It would hide the next finding of this rule on the line, which nobody has looked at.",
    "Remove the comment.",
)  # fmt: skip
RULE_SEVERITY = Rule(
    "PKG111", "rule-severity", _E, "a severity in the Project that a rule cannot have",
    "Errors are what Metronome refuses or would bill wrongly; no setting makes them less.",
    "Name a rule that is a warning or a note, or remove the entry.",
)  # fmt: skip

UNTIDY_NAME = Rule(
    "PKG112", "untidy-name", _E, "a name that is not what it looks like",
    "Metronome compares names byte by byte, so blanks around a name, another Unicode form or a character that nobody "
    "sees make it another name than the one that everybody reads.",
    "Type the name anew, as the hint shows it.",
)  # fmt: skip
LOOK_ALIKE_TEXT = Rule(
    "PKG113", "look-alike-text", _W, "text that looks like other text",
    "A Cyrillic letter within a Latin word, or a blank that nobody sees around a value, is hardly ever meant, and what "
    "is to match it will not.",
    "Type it anew, or say with a comment that it is meant.",
)  # fmt: skip

# 2xx: meaning

UNKNOWN_REFERENCE = Rule(
    "PKG201", "unknown-reference", _E, "a reference to something that the catalog does not declare",
    "A package can only point at metrics, products, rate cards and pricing units that exist in Metronome.",
    "Declare it under references/, or use the key that the hint names.",
)  # fmt: skip
WRONG_PRODUCT_TYPE = Rule(
    "PKG202", "wrong-product-type", _E, "a product of the wrong type for its place",
    "Credits and charges need a FIXED product, subscriptions a SUBSCRIPTION product; the API refuses others.",
    "Point at a product of the type that is named.",
)  # fmt: skip
UNPRICED_SUBSCRIPTION = Rule(
    "PKG203", "unpriced-subscription", _E, "a subscription whose product and frequency have no rate",
    "The price of a subscription is the rate card's rate for exactly this product and billing frequency.",
    "Add the rate to the rate card, or use a frequency that has one.",
)  # fmt: skip
UNENTITLED_SUBSCRIPTION = Rule(
    "PKG204", "unentitled-subscription", _W, "a subscription whose rate is not entitled",
    "A product that is not entitled is not billed: the customer would get the subscription for nothing.",
    "Set `entitled: true` on the rate.",
)  # fmt: skip
QUANTITY_OR_SEATS = Rule(
    "PKG205", "quantity-or-seats", _E, "a recurring grant with both or neither of a quantity and a subscription",
    "The grant per period is unit price times quantity, or times the seats of a subscription; the API refuses "
    "both at once.",
    "Give `access_amount.quantity`, or `subscription_config`, but not both.",
)  # fmt: skip
UNKNOWN_TERM = Rule(
    "PKG206", "unknown-term", _E, "a reference to a term that the package does not have",
    "Terms refer to each other by their keys within one package.",
    "Use the key of a term of this package.",
)  # fmt: skip
INDIVIDUAL_NEEDS_SEATS = Rule(
    "PKG207", "individual-needs-seats", _E, "an individual allocation on a subscription without seats",
    "Credits can be given to each seat only where the subscription manages seats.",
    "Set `quantity_management_mode: seat_based` on the subscription, or `allocation: pooled`.",
)  # fmt: skip
SEAT_CONFIG = Rule(
    "PKG208", "seat-config", _E, "quantity settings of a subscription that do not fit its mode",
    "A seat-based subscription needs `seat_config`; a quantity-only one needs `initial_quantity`.",
    "Give the setting that the mode needs and remove the other.",
)  # fmt: skip
DAILY_RECURRENCE = Rule(
    "PKG209", "daily-recurrence", _E, "a daily recurrence where it is not allowed",
    "Metronome takes one daily recurring item a contract, and none that is linked to seats.",
    "Use another frequency, or keep one daily item without a subscription.",
)  # fmt: skip
DUPLICATE_DECLARATION = Rule(
    "PKG210", "duplicate-declaration", _E, "two files declare the same thing",
    "Which of the two would count is chance.",
    "Give one of them another key, or remove it.",
)  # fmt: skip
IMMEDIATE_NEEDS_ADVANCE = Rule(
    "PKG211", "immediate-needs-advance", _E, "immediate billing of a subscription that is collected in arrears",
    "`bill_immediately` only goes with `collection_schedule: advance`.",
    "Use `collection_schedule: advance`, or `invoice_behavior: bill_on_next_collection_date`.",
)  # fmt: skip
BILLING_DELIVERY = Rule(
    "PKG212", "billing-delivery", _W, "a billing provider without a delivery method, or the other way round",
    "The two select the customer's billing configuration together; half of it matches nothing for sure.",
    "Give both or neither.",
)  # fmt: skip
SHORT_RECURRENCE = Rule(
    "PKG213", "short-recurrence", _W, "a recurring grant that lasts less than one of its periods",
    "Metronome prorates it: a yearly grant of 300 that lasts a day has been seen to become 0.82.",
    "Set `proration: none`, or a duration of at least one period.",
)  # fmt: skip
SEAT_PRIORITY = Rule(
    "PKG214", "seat-priority", _W, "a shared grant that is drawn before a seat-based one",
    "Some Metronome accounts refuse a package whose other credits outrank its seat-based credits.",
    "Give seat-based grants the lower priority number.",
)  # fmt: skip
RATE_CARD_CHOICE = Rule(
    "PKG215", "rate-card-choice", _E, "both a rate card and a rate card alias, or none where one is needed",
    "Subscriptions and usage are priced by the one rate card of the package.",
    "Give exactly one of `rate_card` and `rate_card_alias`.",
)  # fmt: skip
APPLICABILITY_CHOICE = Rule(
    "PKG216", "applicability-choice", _E, "specifiers next to applicable products or tags",
    "The API takes one way or the other of saying what a credit pays for.",
    "Use `specifiers` alone, or `applicable_products` and `applicable_product_tags`.",
)  # fmt: skip
ONE_PROJECT = Rule(
    "PKG217", "one-project", _E, "a catalog without exactly one Project",
    "The Project names the environments and the namespace that every uniqueness key starts with.",
    "Keep one `kind: Project` in pkgplan.yaml; `pkgplan explain Project` says what is in it.",
)  # fmt: skip
UNKNOWN_CUSTOM_FIELD = Rule(
    "PKG218", "unknown-custom-field", _E, "a custom field whose key is not declared for its entity",
    "Metronome refuses keys that were not registered for the entity.",
    "Declare a CustomFieldKey with this key and entity, or remove the field.",
)  # fmt: skip
DUPLICATE_TERM = Rule(
    "PKG219", "duplicate-term", _E, "two terms of a package share a key",
    "The key is the term's temporary id, which must be unique within a package.",
    "Give one of them another key.",
)  # fmt: skip

POSTPAID_SCHEDULE = Rule(
    "PKG220", "postpaid-schedule", _E, "a postpaid commit without exactly one amount and one date to invoice it",
    "What is missing of a postpaid commit is invoiced on one date, so the API takes one segment and one invoice "
    "item of the same amount.",
    "Give one item in `access_schedule` and one in `invoice_schedule`, of the same amount.",
)  # fmt: skip
FREE_COMMIT = Rule(
    "PKG221", "free-commit", _W, "a prepaid commit that nobody pays for",
    "A commit without `invoice_schedule` is given away; most often the schedule was forgotten.",
    "Add `invoice_schedule`, or `complimentary: true` if it is meant to be free.",
)  # fmt: skip
COMPLIMENTARY_CHOICE = Rule(
    "PKG222", "complimentary-choice", _E, "a commit that is both complimentary and paid for",
    "`complimentary: true` says that a prepaid commit has no invoice.",
    "Keep `complimentary` or `invoice_schedule`, not both.",
)  # fmt: skip
OVERRIDE_SHAPE = Rule(
    "PKG223", "override-shape", _E, "an override whose fields do not fit its type",
    "A multiplier needs `multiplier`, an overwrite `overwrite_rate`, a tiered override `tiers`; without a type "
    "only `entitled` can change.",
    "Give the field that the type needs and remove those of other types.",
)  # fmt: skip
OVERRIDE_PRIORITY = Rule(
    "PKG224", "override-priority", _E, "an override without the priority that its package needs",
    "With explicit prioritization the lowest priority counts, so every multiplier needs one; tiered overrides "
    "exist only there.",
    "Set `multiplier_override_prioritization: explicit` and give each multiplier and tiered override a priority.",
)  # fmt: skip
COMMIT_SPECIFIC = Rule(
    "PKG225", "commit-specific", _E, "commits or a target in an override that is not commit-specific, or not enough "
    "next to them",
    "`target`, `commits`, `recurring_commits` and `any_commits_or_credits` only mean something with "
    "`is_commit_specific: true`, and commits need a product, tags or group values beside them.",
    "Set `is_commit_specific: true` and say for which products, or remove the commits.",
)  # fmt: skip
OVERWRITE_TARGET = Rule(
    "PKG226", "overwrite-target", _E, "an overwrite that does not name one price",
    "A price can be overwritten for one product and all of its pricing group values, not for tags or a part of "
    "them.",
    "Give `product` and a value for each pricing group key of it.",
)  # fmt: skip
SUBSCRIPTION_OVERRIDE = Rule(
    "PKG227", "subscription-override", _E, "an override of a subscription's fee without product and frequency",
    "The fee of a subscription is a rate for one product and one billing frequency.",
    "Give both `product` and `billing_frequency`.",
)  # fmt: skip
OVERRIDE_UNPRICED = Rule(
    "PKG228", "override-unpriced", _E, "an override of a product that the rate card does not price",
    "The API refuses it: there is no such product in the rate card.",
    "Add a rate for the product to the rate card, or override another product.",
)  # fmt: skip
THRESHOLD_AMOUNTS = Rule(
    "PKG229", "threshold-amounts", _E, "threshold amounts that Metronome does not take",
    "A balance threshold is at least 5 dollars, and recharging goes at least 10 dollars beyond it.",
    "Raise the amounts, and write both in one unit.",
)  # fmt: skip
PAYMENT_GATE = Rule(
    "PKG230", "payment-gate", _E, "settings of a payment gate that do not go together",
    "`stripe_config` is for a Stripe gate, `precalculated_tax_config` for precalculated tax, and Stripe only "
    "computes tax for its own gate.",
    "Remove the setting, or choose the gate or tax that it belongs to.",
)  # fmt: skip
ACCESS_SEGMENTS = Rule(
    "PKG231", "access-segments", _W, "segments of a balance that overlap, or that end after the package",
    "Overlapping segments add up, and what lies after the end of the contract can never be used.",
    "Let each segment begin where the one before ends, within the length of the package.",
)  # fmt: skip
QUANTITY_ACCESS = Rule(
    "PKG232", "quantity-access", _W, "a balance in units of usage for what is not counted in units of usage",
    "`access_type: quantity` draws down units of priced usage products; nothing else has units.",
    "Name usage products in `applicable_products`, or use `access_type: spend`.",
)  # fmt: skip
REPEATED_ITEM = Rule(
    "PKG233", "repeated-item", _E, "`every` and `for` that do not give whole dates",
    "A repeated item becomes dated items: `for` has to hold a whole number of intervals, and dates are counted "
    "in days or in months.",
    "Give both, with a `for` that is a multiple of `every`, and a `date_offset` in units that fit.",
)  # fmt: skip
AMBIGUOUS_OVERRIDE = Rule(
    "PKG234", "ambiguous-override", _W, "two overrides of one price at the same time, of which either could count",
    "Of two overwrites the one added last counts, and of equal priorities the first; terms of a catalog have no "
    "order. Which counts of an override that entitles and one that denies is not documented.",
    "Keep one of them, let their times not overlap, or give them different priorities.",
)  # fmt: skip

RATE_TIMES = Rule(
    "PKG235", "rate-times", _E, "rates of one price whose times do not fit together",
    "Metronome keeps one rate for each start, and at each instant one price counts; which of two is chance.",
    "Let each rate begin when the one before ends; without an end it lasts until the next one begins.",
)  # fmt: skip
RATE_GROUP_VALUES = Rule(
    "PKG236", "rate-group-values", _E, "a rate whose group values are not those of its product",
    "A rate is for one value of each pricing group key of its product; usage with other keys never meets it.",
    "Give a value for each `pricing_group_key` of the product, and for nothing else.",
)  # fmt: skip

SEAT_GROUP_KEY = Rule(
    "PKG237", "seat-group-key", _W, "credits for single seats on products whose usage names no seat",
    "The seat of a usage event is told by `seat_group_key`, which has to be a pricing or presentation group key of the "
    "products that the credits pay for; otherwise no usage ever belongs to a seat.",
    "Add the key to `presentation_group_key` of the products, or name the key that they have.",
)  # fmt: skip
EMPTY_SPECIFIER = Rule(
    "PKG238", "empty-specifier", _W, "a specifier that leaves nothing out",
    "A specifier without fields selects everything, and so does the list that it is in.",
    "Say what it selects, or remove it if everything is meant and the list may be left out.",
)  # fmt: skip

AFTER_THE_END = Rule(
    "PKG239", "after-the-end", _W, "something that is invoiced when the package is over",
    "A contract ends with the duration of its package; what is charged later is hardly meant.",
    "Let it be invoiced earlier, or lengthen the package.",
)  # fmt: skip

# 24x: terms that change nothing, prices that float, packages that nobody should buy

DEAD_OVERRIDE = Rule(
    "PKG240", "dead-override", _W, "an override that can never apply",
    "It looks like a discount or an entitlement, but no line of an invoice will ever show it.",
    "Let it match something that the package sells while it lasts, or remove it.",
)  # fmt: skip
DEAD_GRANT = Rule(
    "PKG241", "dead-grant", _W, "a commit or credit that can never be used",
    "Nothing that the package sells while it lasts can be paid with it.",
    "Let it apply to something that is sold, or remove it.",
)  # fmt: skip
DEAD_SUBSCRIPTION = Rule(
    "PKG242", "dead-subscription", _W, "a subscription that never falls due",
    "It starts when the package is over, or its product is never entitled while it lasts.",
    "Start it earlier, entitle its product, or remove it.",
)  # fmt: skip
FLOATING_PRICE = Rule(
    "PKG243", "floating-price", _E, "a price that follows the rate card in a package that pins its prices",
    "`metadata.labels.price: pinned` promises that no change of a rate card changes what the package costs.",
    "Overwrite the price in the package, or remove the label.",
)  # fmt: skip
DOMINATED_PACKAGE = Rule(
    "PKG244", "dominated-package", _N, "a package that is never cheaper than another one and never grants more",
    "Nobody who reads both would buy it.",
    "Nothing, if that is meant; otherwise compare the two with `pkgplan diff A B`.",
)  # fmt: skip

# 25x: specs that start from others

CIRCULAR_FROM = Rule(
    "PKG250", "circular-from", _E, "a spec that starts from itself",
    "There would be no end to reading it.",
    "Take one of the keys out of `from`.",
)  # fmt: skip
REMOVES_NOTHING = Rule(
    "PKG251", "removes-nothing", _E, "a `null` that takes nothing away",
    "`null` leaves out a field or term of `from`; a misspelt one would let it stay.",
    "Use the key that the hint names, or remove the line.",
)  # fmt: skip
UNUSED_FRAGMENT = Rule(
    "PKG252", "unused-fragment", _W, "a fragment that no package starts from",
    "A fragment is never sent by itself, so changing it changes nothing.",
    "Name it in the `from` of a package, or remove it.",
)  # fmt: skip

# 26x: references that Metronome refuses

TWO_UNITS_ON_A_CARD = Rule(
    "PKG260", "two-units-on-a-card", _E, "a product with prices in two pricing units on one rate card",
    "A rate card prices each product in one unit; the API refuses a later rate in another one.",
    "Write all rates of the product in one unit, or price it on another rate card or as another product.",
)  # fmt: skip
GROUP_KEY_OF_METRIC = Rule(
    "PKG261", "group-key-of-metric", _E, "a product whose group keys are not a group key of its metric",
    "Usage can only be split up as its metric counts it: `pricing_group_key` and `presentation_group_key` together "
    "must be one of the metric's `group_keys`.",
    "Add the keys to `group_keys` of the metric, all in one list.",
)  # fmt: skip
METRIC_DEFINITION = Rule(
    "PKG262", "metric-definition", _E, "a metric that says too little, or too much",
    "A metric is SQL, or an aggregation of events that surely have the properties which it adds up and groups by.",
    "Give `aggregation_type` and a property filter with `exists: true` for each property, or nothing but `sql`.",
)  # fmt: skip

NAME_TAKEN = Rule(
    "PKG263", "name-taken", _E, "two references of one kind with names that nobody can tell apart",
    "pkgplan finds what exists in Metronome by its kind and name, so one of two things of one name would be taken for "
    "the other; and a unit that is called like a currency would be taken for that.",
    "Give one of them a name that differs in more than case, blanks or look-alike letters.",
)  # fmt: skip

# 3xx: units

INEXACT_AMOUNT = Rule(
    "PKG301", "inexact-amount", _E, "an amount that a JSON number cannot carry exactly",
    "Metronome's clients read numbers as doubles; the amount billed would not be the amount written.",
    "Use fewer digits.",
)  # fmt: skip
MIXED_UNITS = Rule(
    "PKG302", "mixed-units", _E, "an amount whose unit does not belong there",
    "A quantity grant counts units of a product and has no currency; a rate card has one currency, and knows "
    "other units only by what they are worth in it.",
    "Write a plain number for `access_type: quantity`, and prices in a unit of their rate card.",
)  # fmt: skip
MONEY_WITHOUT_UNIT = Rule(
    "PKG303", "money-without-unit", _E, "an amount of money without its unit",
    "The API counts dollars in cents and all else in whole units; a bare number hides which is meant.",
    "Write the amount with its unit, such as `10.00 USD`.",
)  # fmt: skip
UNKNOWN_UNIT = Rule(
    "PKG304", "unknown-unit", _E, "money in a unit that does not exist",
    "A unit is a currency that Metronome bills in or a PricingUnit of the catalog.",
    "Use a known currency code in capitals, or declare the PricingUnit under references/.",
)  # fmt: skip
MALFORMED_SPAN = Rule(
    "PKG305", "malformed-span", _E, "a span of time that cannot be read",
    "Offsets and durations are whole days, weeks, months or years, or periods where the field says so.",
    "Write a number and a unit, such as `3 months`.",
)  # fmt: skip
SPAN_RANGE = Rule(
    "PKG306", "span-range", _E, "a span that is out of range",
    "A term cannot last no time or start when its package is over, and nothing lasts more than a century.",
    "Use a duration of at least 1 and at most 100 years, and an offset within the package.",
)  # fmt: skip
MALFORMED_INSTANT = Rule(
    "PKG307", "malformed-instant", _E, "an instant that cannot be read",
    "Without a zone an instant would mean something else on each machine.",
    "Write a date (midnight UTC), or date and time with an offset, such as `2026-02-01T00:00:00Z`.",
)  # fmt: skip
MALFORMED_MONEY = Rule(
    "PKG308", "malformed-money", _E, "an amount of money that cannot be read",
    "Money is one plain decimal number, one space and one unit.",
    "Write it like `10.00 USD`, without thousands separators or signs.",
)  # fmt: skip

# 4xx: aliases and time

ALIAS_GAP = Rule(
    "PKG401", "alias-gap", _W, "an alias with nobody behind it for a while",
    "A contract that starts in the gap cannot be provisioned through the alias.",
    "Remove `ending_before`, so that each window lasts until the next one begins.",
)  # fmt: skip
ALIAS_OVERLAP = Rule(
    "PKG402", "alias-overlap", _E, "an alias with two packages at once",
    "An alias stands for one package at each instant.",
    "End the earlier window where the later one begins, or leave its end open.",
)  # fmt: skip
ALIAS_IN_PAST = Rule(
    "PKG403", "alias-in-past", _E, "a package that would take over an alias retroactively",
    "Contracts that start in the past would get other terms than they were sold.",
    "Give the new terms a `starting_at` in the future.",
)  # fmt: skip
ALIAS_ORPHAN = Rule(
    "PKG404", "alias-orphan", _E, "an alias that left the catalog but is still held",
    "The API can neither edit nor remove an alias window, so the alias would go on selling the old package.",
    "Give the alias an `ending_before`, or list it under `forget.aliases` in the Project.",
)  # fmt: skip
ALIAS_EQUAL_INSTANTS = Rule(
    "PKG405", "alias-equal-instants", _E, "two packages that start on one alias at the same instant",
    "Which of the two wins would depend on the order of the calls.",
    "Move one of the starts.",
)  # fmt: skip
ALIAS_BACKWARDS = Rule(
    "PKG406", "alias-backwards", _E, "an alias window that ends before it starts",
    "It would never be in effect.",
    "Put `ending_before` after `starting_at`.",
)  # fmt: skip
ALIAS_UNALIGNED = Rule(
    "PKG407", "alias-unaligned", _E, "an alias window that does not start or end on a full hour",
    "Metronome compares starts by the hour, so the minutes would be a surprise.",
    "Use a full hour of UTC.",
)  # fmt: skip
ALIAS_UNREACHABLE = Rule(
    "PKG408", "alias-unreachable", _E, "alias windows that no sequence of creates can give",
    "An alias moves only because a package is created on it, and a window cannot be taken away without "
    "putting another one in its place.",
    "See the hint: it says which declaration can be reached.",
)  # fmt: skip
ALIAS_TWICE = Rule(
    "PKG409", "alias-twice", _E, "an alias that one package names twice",
    "A package has one window for each alias.",
    "Keep one; use a second package file for a second window.",
)  # fmt: skip
ALIAS_ENDS = Rule(
    "PKG410", "alias-ends", _N, "an alias that a plan leaves with nobody behind it",
    "From then on no contract can be made through the alias.",
    "Nothing, if that is meant; otherwise declare a package whose window follows.",
)  # fmt: skip

ALIAS_LOOK_ALIKE = Rule(
    "PKG411", "alias-look-alike", _E, "two aliases that nobody can tell apart",
    "Metronome compares aliases byte by byte, so what looks like the next window of an alias opens a second alias, and "
    "the first one goes on selling the old terms.",
    "Write one alias the same way everywhere, or rename one of the two so that they differ in more than case.",
)  # fmt: skip

# 5xx: plan and immutability

PACKAGE_VANISHED = Rule(
    "PKG502", "package-vanished", _E, "a package file was removed while an alias still sells the package",
    "Removing the file removes nothing in Metronome: new contracts would go on getting the package.",
    "Keep the file and say `retire: {at: ...}`, or list the key under `forget.packages` in the Project.",
)  # fmt: skip
RETIRED_CHANGED = Rule(
    "PKG503", "retired-changed", _E, "a change to a package that is retired",
    "A retired package is archived and gets no new versions.",
    "Undo the change, or move `retire.at` into the future.",
)  # fmt: skip
RETIREMENT_WAITS = Rule(
    "PKG504", "retirement-waits", _N, "a retired package that is not archived yet",
    "Until the last window with an end is over, the alias still sells the package; and a package is never "
    "archived in the apply that moves its alias away.",
    "Plan and apply again when the hint says.",
)  # fmt: skip
FORGOTTEN = Rule(
    "PKG505", "forgotten", _N, "something that pkgplan was told to forget and that is still there",
    "Metronome keeps it; only the catalog has stopped saying so.",
    "Nothing, if that is meant.",
)  # fmt: skip
ASSUMPTION = Rule(
    "PKG506", "assumption", _N, "a plan that rests on behaviour which the vendor does not document",
    "What a create does to windows that start later, or after a bounded window, is not written anywhere.",
    "Apply compares every window after each call and stops at the first that differs.",
)  # fmt: skip

FORGOTTEN_TOUCHED = Rule(
    "PKG507", "forgotten-touched", _E, "a plan that would push something forgotten off an alias",
    "What is forgotten is left alone; a create on an alias takes it from whoever has it.",
    "Take the package out of `forget`, or declare no window that meets its own.",
)  # fmt: skip

# 6xx: state and environment

FOREIGN_ALIAS = Rule(
    "PKG602", "foreign-alias", _E, "an alias that stands for a package which pkgplan did not make",
    "Somebody put it there, by hand or with another tool; a create on the alias would push it off.",
    "End the declared window before that package begins, or name the package in `takes_over` of the Project.",
)  # fmt: skip

# 61x: lock files

LOCK_SYNTAX = Rule(
    "PKG610", "lock-syntax", _E, "a lock file that is not JSON",
    "The ids in it decide what is billed; a file that can be read in two ways is read in none.",
    "Mend the place that is shown; comments, trailing commas and single quotes are the usual causes.",
)  # fmt: skip
LOCK_SHAPE = Rule(
    "PKG611", "lock-shape", _E, "a lock file that does not say what one has to say",
    "A lock file has the keys format_version, environment and ids; a misspelt one would be dropped, and ids of "
    "another environment stand for other things.",
    "Write it like the schema says: `pkgplan schema lock`.",
)  # fmt: skip
LOCK_ID = Rule(
    "PKG612", "lock-id", _E, "an id in a lock file that is none",
    "Metronome's ids are UUIDs; a placeholder would be sent as it is, and a package be refused or bill nothing.",
    "Write the id that Metronome shows.",
)  # fmt: skip
LOCK_NAME = Rule(
    "PKG613", "lock-name", _E, "a name in a lock file that nothing can have",
    "A name is a kind and a key, such as `product/starter-fee`; the id of a misspelt one would never be used.",
    "Use the name that the hint gives.",
)  # fmt: skip
UNKNOWN_PIN = Rule(
    "PKG614", "unknown-pin", _W, "a name in a lock file that the catalog does not declare",
    "Nothing uses the id. The name may be misspelt, or have left the catalog.",
    "Use the name that the hint gives, or remove the line.",
)  # fmt: skip
SHARED_ID = Rule(
    "PKG615", "shared-id", _E, "one id for several names of a lock file",
    "Two products with one id are one product in Metronome: what is charged for the first is charged for the second.",
    "Write the id of each; declare a thing once, under one key.",
)  # fmt: skip
LOCK_OF_NOTHING = Rule(
    "PKG616", "lock-of-nothing", _W, "a lock file of an environment that the Project does not have",
    "Nobody reads it. The environment may be misspelt, renamed or gone.",
    "Name the file for an environment of the Project, or remove it.",
)  # fmt: skip

# 62x: state logs

ORPHAN_LOG = Rule(
    "PKG620", "orphan-log", _W, "a state log that belongs to no environment of the Project",
    "What is recorded there is not looked at. Names are part of every uniqueness key, so an environment or namespace "
    "that is renamed is another one: its packages would all be created again.",
    "Undo the change of the name, or move the log out of state/ if its environment is gone for good.",
)  # fmt: skip
NEW_BEGINNING = Rule(
    "PKG621", "new-beginning", _E, "an environment without a log, next to the log of one that is no longer there",
    "If the environment was renamed, everything that it has would be created a second time, and its aliases be taken "
    "over; nothing in Metronome would prevent it.",
    "Undo the change of the name; if the environment shall begin with nothing, move the other log out of state/.",
)  # fmt: skip

RULES: tuple[Rule, ...] = tuple(
    sorted((value for value in vars().copy().values() if isinstance(value, Rule)), key=lambda rule: rule.code)
)
RULES_BY_CODE = {rule.code: rule for rule in RULES}

# The rules that need recorded state; `validate` knows nothing of them, so whether a comment silences one of their
# findings shows only when a plan is made. A test holds this equal to what `stages/plan` names.
FOUND_BY_PLANNER = frozenset(
    rule.code
    for rule in (
        ALIAS_IN_PAST, ALIAS_ORPHAN, ALIAS_UNREACHABLE, ALIAS_ENDS, PACKAGE_VANISHED, RETIRED_CHANGED,
        RETIREMENT_WAITS, FORGOTTEN, ASSUMPTION, FORGOTTEN_TOUCHED, FOREIGN_ALIAS,
    )
)  # fmt: skip
