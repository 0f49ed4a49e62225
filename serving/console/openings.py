"""A question to open a call with, from what speaks most for leaving.

Each question is open, names nothing that only we can see of a single person, and asks for what
would change the signal. It is a suggestion; the CSM knows the account.
"""

from collections.abc import Collection, Iterable, Iterator

from models.score import OTHERS, Band, Reason

BY_SIGNAL: tuple[tuple[str, str, str], ...] = (
    ("consumption__last_used", "Ask why it rests",
     "Your team has not been in for a while. What did they turn to?"),
    ("consumption__silence", "Ask why it rests",
     "Your team has not been in for a while. What did they turn to?"),
    ("consumption__outlasted", "Ask about the part that rests",
     "One part you used to work with has gone quiet. What changed there?"),
    ("consumption__intensity", "Ask what got harder",
     "Your team does less in each session than before. What got harder?"),
    ("consumption__trend", "Ask why use falls",
     "Use has gone down for some weeks. What changed in your work?"),
    ("consumption__invoiced", "Ask what they use it for",
     "What do you use us for today, and what no longer?"),
    ("consumption", "Ask why use falls",
     "Use has gone down. What changed in how your team works?"),
    ("adoption__users", "Find out who stopped",
     "Fewer of your people come in than before. Who stopped, and what for?"),
    ("adoption__features", "Show the parts unused",
     "You use fewer parts than you did. Which no longer help?"),
    ("adoption__utilisation", "Fill or free the seats",
     "Many seats are free. Who should have one, and what keeps them?"),
    ("adoption__seats", "Talk about seats",
     "How many people do you plan for when the contract renews?"),
    ("adoption", "Show what helps",
     "Which part was meant to help most, and where does it fall short?"),
    ("engagement__sponsors_left", "Find the new sponsor",
     "Who decides about us now, and what do they hope to get?"),
    ("engagement__sponsors", "Find a sponsor",
     "Who decides about us on your side, and may we meet them?"),
    ("engagement__answered", "Answer what is open",
     "We owe you answers. Which of them is the most urgent?"),
    ("engagement__time_to_answer", "Answer faster",
     "We were slow to answer. What is still open for you?"),
    ("engagement__gatherings", "Invite to a training",
     "Which topic would be worth an hour of your team's time?"),
    ("engagement", "Call",
     "We have not spoken for a while. What is on top of your list now?"),
    ("experience__escalated", "Solve the escalation",
     "What would you need to see from us on the escalated ticket?"),
    ("experience__open_severe_tickets", "Solve the severe ticket",
     "What does the open ticket stop your team from doing?"),
    ("experience__open_tickets", "Solve the open tickets",
     "Which of the open tickets costs your team the most?"),
    ("experience__first_response", "Reply faster",
     "We were slow to reply. What is still open for you?"),
    ("experience__resolution", "Ask about the slow tickets",
     "Which of the tickets that took long still bothers you?"),
    ("experience__nps", "Ask about the rating",
     "Your rating of us could be better. What would change it first?"),
    ("experience__csat", "Ask about the rating",
     "Your ratings could be better. Which case was the worst?"),
    ("experience__ticket_rating", "Ask about the rating",
     "Your ratings could be better. Which case was the worst?"),
    ("experience__complaints", "Answer the complaint",
     "You told us what goes wrong. What should we mend first?"),
    ("experience", "Ask how it works for them",
     "What has been the most tiresome thing with us lately?"),
    ("risk__unpaid", "Settle the invoice",
     "An invoice is open. Is something wrong with it, or with us?"),
    ("risk__overdue", "Settle the invoice",
     "An invoice is open. Is something wrong with it, or with us?"),
    ("risk__payment_delay", "Ask about the late payment",
     "Invoices take longer than they did. Did your process change?"),
    ("risk__paid_share", "Settle the invoice",
     "Some invoices are open. Is something wrong with them, or with us?"),
    ("risk", "Talk about the risk logged",
     "A colleague told me of a worry. How do you see it, and what would settle it?"),
    ("profile__renewal", "Prepare the renewal",
     "Before the renewal: what did you hope to get, and what did you get?"),
    ("profile__auto_renew", "Prepare the renewal",
     "Before the renewal: what would make you say yes without a pause?"),
    ("profile__playbooks", "Follow up",
     "What came of what we agreed last time?"),
)  # fmt: skip
"""Beginning of a signal's name, the next step in a few words, and the question."""
FINDINGS: tuple[tuple[str, str], ...] = (
    ("consumption__intensity", "Little done each time they use it"),
    ("consumption__last_used", "Not used for {value} days"),
    ("consumption__silence", "Not used for long"),
    ("consumption__volume_change", "Use goes down"),
    ("consumption__active_days_change", "Fewer days with use"),
    ("consumption__trend", "Use goes down week by week"),
    ("consumption__volume", "Little use"),
    ("consumption__records", "Little use"),
    ("consumption__active_days", "Few days with use"),
    ("adoption__users_change", "Fewer people use it"),
    ("adoption__users", "Only {value} people use it"),
    ("adoption__features_change", "Fewer parts in use"),
    ("adoption__features", "Only {value} parts in use"),
    ("adoption__utilisation", "Many seats are free"),
    ("engagement__last_spoke", "We have not spoken for {value} days"),
    ("engagement__customer_last_spoke", "They have not spoken for {value} days"),
    ("engagement__quiet", "Quieter than usual"),
    ("engagement__gatherings", "Few events or trainings attended"),
    ("engagement__touches", "We speak little"),
    ("engagement__meetings", "Few meetings"),
    ("engagement__inbound", "They write little"),
    ("engagement__sponsors_left", "Sponsors have left"),
    ("engagement__sponsors", "Sponsors known: {value}"),
    ("engagement__people_spoken", "We speak with few people"),
    ("engagement__contacts", "Contacts known: {value}"),
    ("engagement__answered", "Messages of theirs wait for us"),
    ("engagement__time_to_answer", "We answer slowly"),
    ("experience__escalated", "Escalated tickets: {value}"),
    ("experience__open_severe_tickets", "Severe tickets open: {value}"),
    ("experience__open_tickets", "Tickets open: {value}"),
    ("experience__severe", "Severe tickets"),
    ("experience__first_response", "Tickets wait long for a reply"),
    ("experience__resolution", "Tickets take long"),
    ("experience__nps", "NPS rating of {value}"),
    ("experience__csat", "Rating of {value}"),
    ("experience__ticket_rating", "Low rating of tickets"),
    ("experience__complaints", "Complaints"),
    ("risk__open_risks", "Risks open: {value}"),
    ("risk__serious_risks", "Serious risks open: {value}"),
    ("risk__last_risk", "A risk was logged {value} days ago"),
    ("risk__risks", "Risks were logged"),
    ("risk__unpaid", "Unpaid invoices"),
    ("risk__overdue", "An invoice is overdue"),
    ("risk__payment_delay", "They pay late"),
    ("profile__renewal", "Renews in {value} days"),
)
"""What a signal says in short where it pushes towards leaving: how it stands, not why."""
OF_ONE = (
    ("{value} people use it", "{value} person uses it"),
    ("{value} parts", "{value} part"),
    ("{value} days", "{value} day"),
)
"""Words that go with a number, and with one."""
OF_NONE = (
    ("Only {value} people use it", "Nobody uses it"),
    ("Only {value} parts in use", "No part in use"),
    ("Renews in {value} days", "Renews today"),
)
"""Words that go with a number, and with none."""
OTHERWISE = "What would have to be true for you to stay another year?"
GROWING = "What works so well for you that others should hear of it?"


def question(reasons: Iterable[Reason], said: Collection[str] = ()) -> str:
    """The question for the largest reason towards leaving that a call can speak about.

    Args:
        reasons: of a score.
        said: questions of other calls, so that three calls do not all open alike.
    """
    found = [words for _, words in _speaking(reasons)]
    return next((words for words in found if words not in said), next(iter(found), OTHERWISE))


def finding(signal: str, value: str) -> str:
    """What a signal says in short where it pushes towards leaving; empty for most."""
    found = next((words for start, words in FINDINGS if signal.startswith(start)), "")
    for many, other in {"0": OF_NONE, "1": OF_ONE}.get(value, ()):
        found = found.replace(many, other)
    return found.format(value=value)


def step(band: Band, reasons: Iterable[Reason]) -> str:
    """The next step in a few words; what to do about grey is to mend the data."""
    if band is Band.GREY:
        return "Check the data"
    if band is Band.GREEN:
        return "None needed"
    return next((words for words, _ in _speaking(reasons)), "Call")


def _speaking(reasons: Iterable[Reason]) -> Iterator[tuple[str, str]]:
    """Step and question for each reason towards leaving that has one, largest first."""
    for reason in sorted(reasons, key=lambda each: -each.contribution):
        if reason.signal != OTHERS and reason.contribution > 0:
            yield from _for(reason.signal)


def _for(signal: str) -> list[tuple[str, str]]:
    return [(act, words) for start, act, words in BY_SIGNAL if signal.startswith(start)][:1]
