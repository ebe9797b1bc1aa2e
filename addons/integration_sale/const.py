"""Names that several files of this addon share."""

# What a salesperson sees of a deal, in the order in which a deal goes through it.
INTEGRATION_STATUSES = [
    ("none", "Not Sent"),
    ("waiting", "Waiting"),
    ("in_erp", "In ERP"),
    ("partly_shipped", "Partly Shipped"),
    ("shipped", "Shipped"),
    ("invoiced", "Invoiced"),
    ("partly_paid", "Partly Paid"),
    ("paid", "Paid"),
    ("returned", "Returned"),
    ("credited", "Credited"),
    ("attention", "Needs Attention"),
    ("cancelled", "Cancelled in ERP"),
]
# the further along, the higher; with several ERP orders the least advanced counts
PROGRESS = (
    "in_erp",
    "partly_shipped",
    "shipped",
    "invoiced",
    "partly_paid",
    "paid",
    "returned",
    "credited",
)

# of these, something is still on its way
PENDING_STATUSES = ("waiting", "attention")

# Problems of the deal itself, before or after any job of the queue.
ISSUES = [
    ("nothing", "Nothing to Send"),
    ("choose", "Quotation to Be Chosen"),
    ("customer", "Customer Missing"),
    ("merge", "Orders Can't Be Merged"),
    ("refused", "Can't Be Sent"),
    ("changed", "Changed After Sending"),
    ("reopened", "No Longer Won"),
]

# Jobs that still stand for something to be done.
UNFINISHED_STATES = ("waiting", "running", "retrying", "failed", "attention")
PROBLEM_STATES = ("failed", "attention")

ACTIVITY_TYPE = "integration_sale.mail_activity_type_erp"
