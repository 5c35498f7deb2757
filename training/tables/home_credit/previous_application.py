"""One row per earlier application at this lender."""

from __future__ import annotations

from training.language import _
from training.tables.home_credit.kinds import (
    ACCOMPANIED,
    HOUR,
    WEEKDAY,
    amount,
    category,
    client_number,
    count,
    flag,
    identifier,
    past_day,
    planned_day,
    share,
)
from training.tables.schema import Column, Origin, Table, Type

TABLE = Table(
    "previous_application",
    columns=(
        identifier(
            "SK_ID_PREV",
            _("Number of the earlier application"),
            "Number of an earlier application here.",
        ),
        client_number(
            "SK_ID_CURR",
            _("Client number"),
            "Number of the client who applied.",
        ),
        category(
            "NAME_CONTRACT_TYPE",
            _("Type of loan"),
            "Cash, consumer or revolving loan; XNA when unknown.",
            categories=(
                "Cash loans",
                "Consumer loans",
                "Revolving loans",
            ),
        ),
        amount(
            "AMT_ANNUITY",
            _("Instalment"),
            "Amount of each instalment of the earlier loan.",
        ),
        amount(
            "AMT_APPLICATION",
            _("Amount asked for"),
            "Amount that the client asked for; 0 on many unfinished applications.",
            nullable=False,
        ),
        amount(
            "AMT_CREDIT",
            _("Amount offered"),
            "Amount after the approval; it may differ from the amount asked for.",
        ),
        amount(
            "AMT_DOWN_PAYMENT",
            _("Down payment"),
            "Down payment; roundings just below 0 occur.",
            bounds=(-1, 1e12),
        ),
        amount(
            "AMT_GOODS_PRICE",
            _("Price of the goods"),
            "Price of what the earlier loan paid for.",
        ),
        WEEKDAY,
        HOUR,
        category(
            "FLAG_LAST_APPL_PER_CONTRACT",
            _("Last application for the contract"),
            "Y on the last of several applications for one contract, else N.",
            nullable=False,
        ),
        flag(
            "NFLAG_LAST_APPL_IN_DAY",
            _("Last application of the day"),
            "1 on the client's last application of that day.",
        ),
        share(
            "RATE_DOWN_PAYMENT",
            _("Down payment rate"),
            "Down payment as a share, scaled; roundings just below 0 occur.",
            bounds=(-0.01, 1),
        ),
        share(
            "RATE_INTEREST_PRIMARY",
            _("Interest rate"),
            "Interest rate, scaled to 0-1.",
        ),
        share(
            "RATE_INTEREST_PRIVILEGED",
            _("Preferential interest rate"),
            "Preferential interest rate, scaled to 0-1.",
        ),
        category(
            "NAME_CASH_LOAN_PURPOSE",
            _("Purpose of the cash loan"),
            "What a cash loan was for; XAP: not a cash loan, XNA: not recorded.",
        ),
        category(
            "NAME_CONTRACT_STATUS",
            _("Outcome of the application"),
            "Approved, canceled, refused or unused offer.",
            nullable=False,
            categories=(
                "Approved",
                "Canceled",
                "Refused",
                "Unused offer",
            ),
        ),
        past_day(
            "DAYS_DECISION",
            _("Date of the decision"),
            "When the earlier application was decided, in days before this one.",
            type=Type.INTEGER,
            nullable=False,
            recorded=True,
        ),
        category(
            "NAME_PAYMENT_TYPE",
            _("Means of payment"),
            "How the client chose to pay; XNA when unknown.",
        ),
        category(
            "CODE_REJECT_REASON",
            _("Reason of the refusal"),
            "Code of the refusal; XAP: not refused, XNA: not recorded.",
            categories=(
                "CLIENT",
                "HC",
                "LIMIT",
                "SCO",
                "SCOFR",
                "SYSTEM",
                "VERIF",
            ),
        ),
        ACCOMPANIED,
        category(
            "NAME_CLIENT_TYPE",
            _("New or returning client"),
            "New, repeater or refreshed; XNA when unknown.",
            categories=(
                "New",
                "Refreshed",
                "Repeater",
            ),
        ),
        category(
            "NAME_GOODS_CATEGORY",
            _("Kind of goods"),
            "What kind of goods the loan was for; XNA when none.",
        ),
        category(
            "NAME_PORTFOLIO",
            _("Loan portfolio"),
            "Point of sale, cash, cards or cars; XNA when never assigned.",
        ),
        category(
            "NAME_PRODUCT_TYPE",
            _("How the client was won"),
            "Cross-sold or walked in; XNA for the rest.",
            categories=(
                "walk-in",
                "x-sell",
            ),
        ),
        category(
            "CHANNEL_TYPE",
            _("Sales channel"),
            "Channel through which the client came.",
        ),
        Column(
            "SELLERPLACE_AREA",
            Type.INTEGER,
            _("Size of the place of sale"),
            "Sales area of the seller; -1 when there is none.",
            bounds=(-1, 1e9),
        ),
        category(
            "NAME_SELLER_INDUSTRY",
            _("Seller's line of business"),
            "Industry of the seller; XNA when there is none.",
        ),
        count(
            "CNT_PAYMENT",
            _("Number of instalments"),
            "Number of repayments agreed at the application; 0 for revolving loans.",
        ),
        category(
            "NAME_YIELD_GROUP",
            _("Level of interest"),
            "Interest grouped from low to high; XNA when unknown.",
            categories=(
                "high",
                "low_action",
                "low_normal",
                "middle",
            ),
        ),
        category(
            "PRODUCT_COMBINATION",
            _("Product in detail"),
            "Detailed name of the product.",
        ),
        planned_day(
            "DAYS_FIRST_DRAWING",
            _("First payout"),
            "First payout, in days from this application; 365243: not applicable.",
            happened=True,
        ),
        planned_day(
            "DAYS_FIRST_DUE",
            _("First due date"),
            "First due date, in days from this application; 365243: none.",
        ),
        planned_day(
            "DAYS_LAST_DUE_1ST_VERSION",
            _("Last due date first planned"),
            "Last due date as first planned, in days from now; 365243: none.",
        ),
        planned_day(
            "DAYS_LAST_DUE",
            _("Last due date"),
            "Last due date, in days from this application; 365243: still running.",
        ),
        planned_day(
            "DAYS_TERMINATION",
            _("Expected end of the loan"),
            "Expected end, in days from this application; 365243: still running.",
        ),
        flag(
            "NFLAG_INSURED_ON_APPROVAL",
            _("Insurance taken"),
            "1 when the client asked for insurance.",
            type=Type.NUMBER,
            nullable=True,
        ),
    ),
    origin=Origin.EARLIER_APPLICATIONS,
    key=("SK_ID_PREV",),
)
