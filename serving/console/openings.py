"""A question to open a call with, from what speaks most for leaving.

Each question is open, names nothing that only we can see of a single person, and asks for what
would change the signal. It is a suggestion; the CSM knows the account.
"""

from collections.abc import Iterable

from models.score import OTHERS, Reason

BY_SIGNAL: tuple[tuple[str, str], ...] = (
    ("consumption__last_used", "Your team has not been in for a while. What did they turn to?"),
    ("consumption__silence", "Your team has not been in for a while. What did they turn to?"),
    (
        "consumption__outlasted",
        "One part you used to work with has gone quiet. What changed there?",
    ),
    ("consumption__intensity", "Your team does less in each session than before. What got harder?"),
    ("consumption__trend", "Use has gone down for some weeks. What changed in your work?"),
    ("consumption", "Use has gone down. What changed in how your team works?"),
    ("adoption__users", "Fewer of your people come in than before. Who stopped, and what for?"),
    ("adoption__features", "You use fewer parts than you did. Which no longer help?"),
    ("adoption__utilisation", "Many seats are free. Who should have one, and what keeps them?"),
    ("adoption__seats", "How many people do you plan for when the contract renews?"),
    ("adoption", "Which part was meant to help most, and where does it fall short?"),
    ("engagement__sponsors_left", "Who decides about us now, and what do they hope to get?"),
    ("engagement__sponsors", "Who decides about us on your side, and may we meet them?"),
    ("engagement__answered", "We owe you answers. Which of them is the most urgent?"),
    ("engagement__time_to_answer", "We were slow to answer. What is still open for you?"),
    ("engagement__gatherings", "Which topic would be worth an hour of your team's time?"),
    ("engagement", "We have not spoken for a while. What is on top of your list now?"),
    ("experience__escalated", "What would you need to see from us on the escalated ticket?"),
    ("experience__open_severe_tickets", "What does the open ticket stop your team from doing?"),
    ("experience__open_tickets", "Which of the open tickets costs your team the most?"),
    ("experience__first_response", "We were slow to reply. What is still open for you?"),
    ("experience__resolution", "Which of the tickets that took long still bothers you?"),
    ("experience__nps", "You told us you are not happy. What would change that first?"),
    ("experience__csat", "Your ratings went down. Which case was the worst?"),
    ("experience__ticket_rating", "Your ratings went down. Which case was the worst?"),
    ("experience__complaints", "You told us what goes wrong. What should we mend first?"),
    ("experience", "What has been the most tiresome thing with us lately?"),
    ("risk__unpaid", "An invoice is open. Is something wrong with it, or with us?"),
    ("risk__overdue", "An invoice is open. Is something wrong with it, or with us?"),
    ("risk__payment_delay", "Invoices take longer than they did. Did your process change?"),
    ("risk", "A colleague told me of a worry. How do you see it, and what would settle it?"),
    ("profile__renewal", "Before the renewal: what did you hope to get, and what did you get?"),
    ("profile__auto_renew", "Before the renewal: what would make you say yes without a pause?"),
    ("profile__playbooks", "What came of what we agreed last time?"),
)
OTHERWISE = "What would have to be true for you to stay another year?"
GROWING = "What works so well for you that others should hear of it?"


def question(reasons: Iterable[Reason]) -> str:
    """The question for the largest reason towards leaving that a call can speak about."""
    for reason in sorted(reasons, key=lambda each: -each.contribution):
        if reason.signal != OTHERS and reason.contribution > 0:
            found = _for(reason.signal)
            if found:
                return found
    return OTHERWISE


def _for(signal: str) -> str:
    return next((words for start, words in BY_SIGNAL if signal.startswith(start)), "")
