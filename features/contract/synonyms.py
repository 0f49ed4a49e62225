"""What other systems call the contract's tables and columns, so that exports can be told.

Names as exports of Stripe, Chargebee, Salesforce, HubSpot, Zendesk, Intercom, Segment, Mixpanel
and plain lists of billing and ERP programs write them, in small letters with blanks between the
words and ä written ae. The likelier name comes first. A column's own name needs no mention.
"""

from collections.abc import Mapping

Names = tuple[str, ...]


def names(text: str) -> Names:
    """The names in a list parted by commas."""
    return tuple(" ".join(name.split()) for name in text.split(","))


ACCOUNT_NAMES = names(
    "customer id, company id, client id, org id, organization id, organisation id, tenant id, "
    "workspace id, group id, team id, client no, client number, customer no, customer number, "
    "account no, account number, account, customer, client, org, organization, organisation, "
    "tenant, workspace, company, kunden id, kundennummer, kundennr, kunden nr, kunde, debitor, "
    "debitorennummer, associated company id, associated company, code client, numero client, "
    "id client, id cliente, cliente"
)
PERSON_NAMES = names(
    "user id, member id, subscriber id, person id, household id, student id, msno, distinct id, "
    "user, member, subscriber, customer email, email, username, anonymous id"
)
"""Names of people, who are the accounts where nothing stands above them."""
WHEN = names(
    "timestamp, at, occurred on, date, datetime, time, created at, created on, created, "
    "create date, date created, created date, datum, zeitpunkt, zeitstempel"
)
CHANGED = names(
    "known at, changed on, changed at, updated at, updated on, modified at, modified on, "
    "last modified, valid from, effective from, version date, snapshot date, as of"
)
"""What says when a version became known, where a file holds several of one thing."""
LOADED = names("known at, loaded at, synced at, recorded at, ingested at, inserted at")
"""What may say when a fact was first known, or else when it was exported last."""
TABLE_NAMES: Mapping[str, Names] = {
    "accounts": names(
        "account, customer, client, company, organization, organisation, org, tenant, workspace, "
        "member, user, student, kunde, kunden, kundenstamm, kundenliste, debitoren, firmen, cliente"
    ),
    "subscriptions": names(
        "subscription, contract, agreement, license, licence, membership, plan, enrolment, "
        "enrollment, contract line, vertrag, vertraege, abo, abos, deal, opportunity, abonnement, "
        "contrat, suscripcion"
    ),
    "usage": names(
        "usage, event, log, activity log, user log, activity, track, session, login, page view, "
        "feature usage, order, purchase, transaction, stream, click, nutzung, bestellungen"
    ),
    "contacts": names("contact, people, person, user, seat, ansprechpartner, kontakte"),
    "tickets": names("ticket, case, issue, support, support ticket, helpdesk, incident, anfragen"),
    "interactions": names(
        "interaction, conversation, meeting, call, email, engagement, touchpoint, activity, task"
    ),
    "feedback": names("feedback, feature request, idea, complaint, suggestion"),
    "surveys": names("survey, nps, csat, ces, survey response, response, umfrage"),
    "invoices": names("invoice, charge, payment, bill, rechnung, rechnungen, offene posten"),
    "risks": names("risk, escalation, risk log"),
    "outcomes": names(
        "outcome, churn, churn event, cancellation, churned customer, loss, kuendigung, "
        "kuendigungen"
    ),
    "interventions": names("intervention, playbook, playbook run, campaign, treatment"),
    "attributes": names("attribute, property, custom field, property history, field history"),
}
"""What files with rows of a table are called, one of them."""
COLUMN_NAMES: Mapping[str, Mapping[str, Names]] = {
    "accounts": {
        "account_id": names("id, record id, crm account id"),
        "name": names(
            "account name, company name, customer name, client name, organization name, "
            "business name, display name, firma, firmenname, kundenname, raison sociale, "
            "razon social, company, customer"
        ),
        "parent_id": names(
            "parent account id, parent company id, parent account, parent client, parent, konzern"
        ),
        "industry": names("sector, vertical, branche, industry group"),
        "region": names(
            "country, billing country, country region, territory, market, location, state, "
            "billing state, land, bundesland, region code, pays, pais"
        ),
        "employees": names(
            "number of employees, employee count, num employees, headcount, company size, "
            "mitarbeiter, mitarbeiterzahl, anzahl mitarbeiter"
        ),
        "growth_potential": names("potential, expansion potential"),
        "csm": names(
            "csm name, customer success manager, success manager, account manager, "
            "account owner, company owner, owner name, owner, kundenbetreuer, betreuer"
        ),
        "crm_id": names("salesforce id, sfdc id, hubspot id, crm ref, crm reference"),
        "created_at": names(
            "created, created on, create date, created date, date created, signup date, "
            "sign up date, signed up at, signed up, signup, registered at, registration date, "
            "registration init time, joined at, join date, joined, customer since, member since, "
            "became a customer date, onboarded at, start date, first seen, kunde seit, "
            "angelegt am, anlagedatum, date de creation, fecha de alta"
        ),
    },
    "subscriptions": {
        "subscription_id": names(
            "id, contract id, contract number, contract no, line id, line no, license id, "
            "membership id, agreement id, record id, opportunity id, deal id, subscription, "
            "vertragsnummer, vertragsnr, vertrags nr, vertrag, n abonnement, numero abonnement"
        ),
        "product": names(
            "product name, product id, item, service, product family, produkt, artikel"
        ),
        "plan": names(
            "plan name, plan tier, plan nickname, plan id, edition, package, tier, tarif, paket, "
            "price id, membership type, subscription type, sku"
        ),
        "seats": names(
            "quantity, licenses, licences, number of seats, users, user count, qty, lizenzen, "
            "anzahl, menge"
        ),
        "mrr": names(
            "monthly recurring revenue, mrr amount, monthly fee, monthly amount, monthly price, "
            "monthly charges, monthly charge, monthly revenue, monatsbetrag, monatspreis, "
            "monatlicher betrag, monatsgebuehr, arr, arr amount, annual recurring revenue, "
            "annual contract value, acv, annual fee, annual amount, annual value, yearly amount, "
            "jahresbetrag, jahrespreis, contract value, plan amount, recurring amount, "
            "subscription amount, unit amount, price unit amount, amount, price, fee, rate, "
            "grundgebuehr, betrag, preis, monthly spend, montant mensuel, prix mensuel, "
            "importe mensual, montant, prix, importe, precio, plan list price"
        ),
        "currency": names("currency code, currency iso code, deal currency, waehrung"),
        "started_at": names(
            "start date, started on, started, start, contract start date, contract start, "
            "subscription start date, effective from, effective date, valid from, begin date, "
            "begins, begin, activated at, activation date, vertragsbeginn, laufzeitbeginn, "
            "gueltig ab, gueltig von, beginn, startdatum, date de debut, fecha de inicio, "
            "period start, period start date, service start, service start date, period from, "
            "service period start, coverage start, leistungsbeginn, leistung von, term start, "
            "term start date, subscription start, subscription term start date, "
            "first payment date, signup date, "
            "signup, customer since, created at, create date, created date, created, "
            "transaction date"
        ),
        "ended_at": names(
            "end date, ended on, ended, end, terminated at, terminated on, termination date, "
            "churn date, churned at, churned on, contract end date, contract end, "
            "subscription end date, effective to, valid to, valid until, expired at, "
            "expiration date, expires at, membership expire date, deactivated at, vertragsende, "
            "laufzeitende, gueltig bis, ende, enddatum, date de fin, fecha de fin, fecha de baja, "
            "period end, period end date, service end, service end date, service period end, "
            "coverage end, period to, leistungsende, leistung bis, term end, term end date, "
            "subscription end, subscription term end date"
        ),
        "cancelled_at": names(
            "canceled at, cancelled on, canceled on, cancellation date, cancel date, cancelled, "
            "canceled, notice date, notice on, cancel requested at, kuendigungsdatum, "
            "gekuendigt am, kuendigung am, kuendigung, date de resiliation"
        ),
        "renews_at": names(
            "renewal date, renews on, renewal at, next renewal date, next renewal, "
            "current period end, current term end, next billing at, next billing date, "
            "verlaengerung am, verlaengerung"
        ),
        "billing_months": names(
            "billing frequency, billing period, billing interval, billing cycle, plan interval, "
            "price recurring interval, interval, payment frequency, term months, zahlweise, "
            "zahlungsweise, abrechnung"
        ),
        "auto_renew": names("auto renewal, autorenew, auto renewing, renews automatically"),
        "is_free": names("is trial, trial, free, free trial, testphase"),
        "is_completed": names("completed"),
    },
    "usage": {
        "user_id": names(
            "user, person id, person, member id, member, contact id, distinct id, actor id, actor, "
            "user email, email, username, anonymous id, benutzer"
        ),
        "event": names(
            "event name, event type, feature name, feature, action, activity type, activity, "
            "page, screen, operation, verb, name, type, ereignis, aktion"
        ),
        "occurred_at": names(
            "event time, event timestamp, event date, usage date, activity date, log date, ts, "
            "day, original timestamp, sent at, order date, invoice date, transaction date, "
            "purchase date, login at, session start, started at"
        ),
        "quantity": names(
            "usage count, event count, count, total events, n, qty, hits, clicks, sessions, "
            "anzahl, menge"
        ),
        "event_id": names("id, insert id, message id, usage id, log id, uuid"),
    },
    "contacts": {
        "contact_id": names("id, person id, user id, record id, distinct id, email"),
        "role": names("title, job title, type, permission, access level, rolle"),
        "joined_at": names("created at, create date, created, since, first seen, added at"),
        "left_at": names("left on, deactivated at, removed at, deleted at"),
    },
    "tickets": {
        "ticket_id": names(
            "id, case id, case number, issue id, request id, conversation id, ticket number, "
            "number, record id, ref, ticketnummer, ticket nr, vorgangsnummer"
        ),
        "opened_at": names(
            "created at, created, opened on, opened, date opened, date time opened, submitted at, "
            "requested at, create date, created date, date created, erstellt am, eroeffnet am, "
            "datum, date"
        ),
        "category": names("topic, issue type, ticket type, type, reason, product area, kategorie"),
        "severity": names("priority, urgency, prioritaet, schweregrad"),
        "first_response_at": names(
            "first reply at, first reply, first responded at, first response, first admin reply at"
        ),
        "resolved_at": names(
            "solved at, closed at, resolved on, resolved, solved, closed on, closed, close date, "
            "closed date, date closed, date time closed, resolution date, geschlossen am, "
            "geloest am"
        ),
        "escalated_at": names("escalated on, escalation date, escalated"),
        "csat": names(
            "csat score, satisfaction score, satisfaction rating, satisfaction, rating, bewertung"
        ),
    },
    "interactions": {
        "channel": names(
            "type, activity type, interaction type, engagement type, task type, medium, kanal"
        ),
        "direction": names("call direction, inbound outbound, richtung"),
        "occurred_at": names(
            "activity date, meeting date, call date, sent at, start time, started at, due date"
        ),
        "contact_id": names("person id, who id, participant, contact, person"),
        "event_id": names("id, activity id, interaction id, engagement id, call id, record id"),
    },
    "feedback": {
        "feedback_id": names("id, idea id, post id, request id, ref"),
        "kind": names("type, feedback type, category"),
        "feature": names("feature name, product area, area"),
        "text": names("comment, body, message, words, description, feedback text, verbatim"),
        "occurred_at": names("submitted at, posted at"),
    },
    "surveys": {
        "kind": names("survey type, survey name, survey, metric, type"),
        "score": names("nps score, nps, csat score, csat, ces, rating, answer, value"),
        "occurred_at": names(
            "answered at, responded at, response date, submitted at, completed at, survey date"
        ),
        "contact_id": names("person id, respondent id, respondent, contact, person, email"),
        "event_id": names("response id, answer id, survey response id, response, id"),
    },
    "invoices": {
        "invoice_id": names(
            "id, invoice number, invoice no, number, document number, charge id, payment id, "
            "rechnungsnummer, rechnungsnr, rechnung nr, belegnummer"
        ),
        "amount": names(
            "total, total amount, invoice amount, amount due, gross amount, net amount, "
            "amount paid, rechnungsbetrag, nettobetrag, bruttobetrag, betrag, summe"
        ),
        "currency": names("currency code, currency iso code, waehrung"),
        "issued_at": names(
            "invoice date, issue date, issued on, issued, billing date, sent at, rechnungsdatum, "
            "belegdatum"
        ),
        "due_at": names("due date, due on, due, faellig am, faelligkeit, faelligkeitsdatum"),
        "paid_at": names(
            "payment date, paid date, paid on, date paid, paid, bezahlt am, zahlungsdatum"
        ),
    },
    "risks": {
        "risk_id": names("id, record id"),
        "level": names("risk level, severity, risk"),
        "category": names("risk type, type, reason"),
        "note": names("comment, description, text"),
        "logged_by": names("created by, author, owner"),
        "logged_at": names("reported at, raised at"),
        "resolved_at": names("closed at, settled at"),
        "expires_at": names("expiry date, valid until"),
    },
    "outcomes": {
        "outcome": names("event type, change type, movement type, type, event"),
        "occurred_at": names(
            "churn date, churned at, churned on, cancellation date, cancelled at, canceled at, "
            "effective date, end date, lost date, event date, kuendigungsdatum"
        ),
        "decided_at": names("notice date, decision date, requested at, notified at"),
        "reason": names(
            "reason code, churn reason, cancellation reason, cancel reason, lost reason, "
            "kuendigungsgrund, grund"
        ),
    },
    "interventions": {
        "playbook": names("play, campaign, intervention, action"),
        "arm": names("group, variant, treatment"),
        "started_at": names("begun at, start date"),
        "propensity": names("probability of treatment"),
    },
    "attributes": {
        "attribute": names("attribute name, property, property name, field, field name"),
        "word": names("value, new value, text value"),
        "number": names("numeric value, number value"),
        "set_at": names("set on, changed at, changed on, edit date, valid from"),
    },
}
