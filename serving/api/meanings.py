"""What the numbers that many answers hold mean, said once."""

BAND = (
    "How urgent the account is: red, yellow, green, or grey where there is not enough fresh"
    " data to say."
)
HEALTH = (
    "100 times the chance to stay through the primary horizon: 0 to 100, 100 is healthy."
    " Null where unknown."
)
CHANCE = "Chance of loss within the primary horizon: 0 to 1, lower is better. Null where unknown."
