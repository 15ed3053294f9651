//! An explanation as people get it.

use super::{BankInNetting, Explanation, Incoming, Later, LimitUse, Netting, Outcome, Place};
use crate::event::Value;
use crate::transaction::MECHANISMS;

type Fields = Vec<(&'static str, Value)>;

fn integer(number: impl Into<i64>) -> Value {
    Value::Integer(number.into())
}

fn optional<T>(value: Option<T>, of: impl FnOnce(T) -> Value) -> Value {
    value.map_or(Value::None, of)
}

fn list<T>(values: impl IntoIterator<Item = T>, of: impl Fn(T) -> Value) -> Value {
    Value::List(values.into_iter().map(of).collect())
}

impl Place {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::NotArrived => "not_arrived",
            Self::Queue1 => "queue1",
            Self::Queue2 => "queue2",
            Self::Settled => "settled",
            Self::Split => "split",
            Self::Dropped => "dropped",
        }
    }
}

impl Outcome {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::NothingComesBack => "nothing_comes_back",
            Self::Short => "short",
            Self::Limit => "limit",
            Self::NextTick => super::NEXT_TICK,
        }
    }
}

impl LimitUse {
    fn value(self) -> Value {
        Value::Object(vec![("limit", integer(self.limit)), ("used", integer(self.used)), ("over_by", integer(self.over_by))])
    }
}

impl BankInNetting {
    fn value(&self) -> Value {
        Value::Object(vec![
            ("agent_id", Value::Agent(self.agent)),
            ("sends", integer(self.sends)),
            ("receives", integer(self.receives)),
            ("available_liquidity", integer(self.available_liquidity)),
            ("short_by", integer(self.short_by)),
            ("over_limit", Value::Boolean(self.over_limit)),
        ])
    }
}

impl Netting {
    fn value(&self) -> Value {
        Value::Object(vec![
            ("mechanism", Value::Code(MECHANISMS[self.mechanism as usize])),
            ("outcome", Value::Code(self.outcome.name())),
            ("banks", list(&self.banks, BankInNetting::value)),
        ])
    }
}

impl Incoming {
    fn value(&self) -> Value {
        let releasing = |payments: &Vec<_>| {
            list(payments, |(payment, sender, amount, place): &(u32, u32, i64, Place)| {
                Value::Object(vec![
                    ("tx_id", Value::Payment(*payment)),
                    ("sender_id", Value::Agent(*sender)),
                    ("amount", integer(*amount)),
                    ("place", Value::Code(place.name())),
                ])
            })
        };
        Value::Object(vec![
            ("count", integer(self.count as i64)),
            ("value", integer(self.value)),
            ("releasing", optional(self.releasing.as_ref(), releasing)),
        ])
    }
}

impl Later {
    fn value(&self) -> Value {
        let received = list(&self.received, |(payment, sender, amount, tick)| {
            Value::Object(vec![
                ("tx_id", Value::Payment(*payment)),
                ("sender_id", Value::Agent(*sender)),
                ("amount", integer(*amount)),
                ("tick", integer(*tick)),
            ])
        });
        Value::Object(vec![("event", self.event.clone()), ("received", received)])
    }
}

impl Explanation {
    /// The explanation as named values; what does not apply is none.
    pub fn value(&self) -> Value {
        let mut fields = self.payment_fields();
        fields.extend([
            ("place", Value::Code(self.place.name())),
            ("since_tick", optional(self.since, integer)),
            ("parts", list(&self.parts, |part| Value::Payment(*part))),
            ("decision", self.decision.clone().unwrap_or(Value::None)),
            ("reasons", list(&self.reasons, |reason| Value::Code(reason))),
        ]);
        fields.extend(self.obstacle_fields());
        fields.extend([
            ("limits_renewed_tick", optional(self.limits_renewed_tick, integer)),
            ("incoming", optional(self.incoming.as_ref(), Incoming::value)),
            ("netting", list(&self.netting, Netting::value)),
            ("later", optional(self.later.as_ref(), Later::value)),
        ]);
        Value::Object(fields)
    }

    fn payment_fields(&self) -> Fields {
        let facts = self.facts.as_ref();
        vec![
            ("tx_id", Value::Payment(self.payment)),
            ("tick", integer(self.tick)),
            ("sender_id", optional(facts, |payment| Value::Agent(payment.sender as u32))),
            ("receiver_id", optional(facts, |payment| Value::Agent(payment.receiver as u32))),
            ("amount", optional(facts, |payment| integer(payment.amount))),
            ("deadline_tick", optional(facts, |payment| integer(payment.deadline_tick))),
            (
                "overdue_since_tick",
                optional(facts.filter(|payment| payment.overdue_tick >= 0), |payment| integer(payment.overdue_tick)),
            ),
        ]
    }

    fn obstacle_fields(&self) -> Fields {
        let obstacles = self.obstacles.as_ref();
        vec![
            ("obstacles", list(obstacles.iter().flat_map(|o| o.names()), Value::Code)),
            ("available_liquidity", optional(obstacles, |o| integer(o.available_liquidity))),
            ("short_by", optional(obstacles, |o| integer(o.short_by))),
            ("short_in_queue", optional(obstacles.and_then(|o| o.short_in_queue), integer)),
            ("taken_first", list(obstacles.iter().flat_map(|o| &o.taken_first), |index| Value::Payment(*index))),
            ("behind", optional(obstacles.and_then(|o| o.behind), Value::Payment)),
            ("bilateral_limit", optional(obstacles.and_then(|o| o.bilateral_limit), LimitUse::value)),
            ("multilateral_limit", optional(obstacles.and_then(|o| o.multilateral_limit), LimitUse::value)),
        ]
    }
}
