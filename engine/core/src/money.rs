//! Money is integer cents, rates are exact fractions, and rounding happens in one place.

use serde::de::{self, Deserializer, Visitor};
use serde::ser::{Serialize, Serializer};
use std::fmt;

/// An amount of money in cents.
pub type Cents = i64;

/// The largest amount, balance or limit that a configuration may name: ten trillion units of currency.
pub const AMOUNT_MAX: Cents = 1_000_000_000_000_000;

/// The largest sum of all balances, credit and scheduled transfers. Balances can then never overflow, because money is
/// conserved and no bank goes below its credit but by scheduled transfers.
pub const SYSTEM_MONEY_MAX: i128 = 1 << 61;

/// `numerator / denominator` to the nearest integer, half away from zero. The denominator is positive.
pub fn round_half_away(numerator: i128, denominator: i128) -> i128 {
    let (quotient, rest) = (numerator / denominator, numerator % denominator);
    if rest.abs() >= denominator - rest.abs() { quotient + numerator.signum() } else { quotient }
}

/// A non-negative rate, exact: what the scenario says, not its nearest binary fraction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// Not negative.
    pub numerator: i128,
    /// Positive.
    pub denominator: i128,
}

/// How many digits a rate may have before and after the point together; keeps every product inside 128 bits.
const RATE_DIGITS_MAX: usize = 18;

impl Rate {
    /// Nothing.
    pub const ZERO: Self = Self { numerator: 0, denominator: 1 };
    /// One.
    pub const ONE: Self = Self { numerator: 1, denominator: 1 };

    /// Read `0.001`, `1e-3` or `1/1000`. Errors say what would be right.
    pub fn parse(text: &str) -> Result<Self, String> {
        let refuse = || {
            format!(
                "{text:?} is not a rate; write a decimal number of at least 0 with at most \
                 {RATE_DIGITS_MAX} digits, such as 0.001"
            )
        };
        if let Some((over, under)) = text.split_once('/') {
            let over = Self::parse(over).map_err(|_| refuse())?;
            let under = Self::parse(under).map_err(|_| refuse())?;
            return over.divided_by(under).ok_or_else(refuse);
        }
        let (mantissa, exponent) = match text.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().map_err(|_| refuse())?),
            None => (text, 0),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let digits = format!("{whole}{fraction}");
        if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(refuse());
        }
        let significant = digits.trim_start_matches('0').trim_end_matches('0');
        let trailing_zeros = digits.len() - digits.trim_end_matches('0').len();
        if significant.is_empty() {
            return Ok(Self::ZERO);
        }
        let scale = fraction.len() as i64 - i64::from(exponent) - trailing_zeros as i64;
        if significant.len() > RATE_DIGITS_MAX || scale.unsigned_abs() > RATE_DIGITS_MAX as u64 {
            return Err(refuse());
        }
        let mantissa: i128 = significant.parse().map_err(|_| refuse())?;
        let power = 10_i128.pow(scale.unsigned_abs() as u32);
        Ok(if scale >= 0 {
            Self { numerator: mantissa, denominator: power }
        } else {
            Self { numerator: mantissa * power, denominator: 1 }
        })
    }

    /// The product, or none if it does not fit.
    pub fn times(self, other: Self) -> Option<Self> {
        Self {
            numerator: self.numerator.checked_mul(other.numerator)?,
            denominator: self.denominator.checked_mul(other.denominator)?,
        }
        .reduced()
    }

    /// The quotient, or none if `other` is zero or it does not fit.
    pub fn divided_by(self, other: Self) -> Option<Self> {
        if other.numerator == 0 {
            return None;
        }
        Self {
            numerator: self.numerator.checked_mul(other.denominator)?,
            denominator: self.denominator.checked_mul(other.numerator)?,
        }
        .reduced()
    }

    /// `amount` × rate, rounded half away from zero, or none if it does not fit.
    #[inline]
    pub fn of(self, amount: i128) -> Option<i128> {
        if amount == 0 || self.numerator == 0 {
            return Some(0);
        }
        Some(round_half_away(amount.checked_mul(self.numerator)?, self.denominator))
    }

    /// `amount` × rate, rounded down, or none if it does not fit.
    pub fn of_rounded_down(self, amount: i128) -> Option<i128> {
        Some(amount.checked_mul(self.numerator)?.div_euclid(self.denominator))
    }

    /// `amount` × (1 - rate), rounded down: what a haircut leaves. The rate is at most 1.
    pub fn leaves_of(self, amount: Cents) -> Cents {
        (i128::from(amount) * (self.denominator - self.numerator) / self.denominator) as Cents
    }

    /// The nearest floating-point number, for policies, which calculate with such.
    pub fn to_f64(self) -> f64 {
        self.numerator as f64 / self.denominator as f64
    }

    fn reduced(self) -> Option<Self> {
        let divisor = greatest_common_divisor(self.numerator, self.denominator);
        Some(Self { numerator: self.numerator / divisor, denominator: self.denominator / divisor })
    }
}

fn greatest_common_divisor(mut a: i128, mut b: i128) -> i128 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a.max(1)
}

impl Default for Rate {
    fn default() -> Self {
        Self::ZERO
    }
}

impl<'de> de::Deserialize<'de> for Rate {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(RateVisitor)
    }
}

/// Written so that it reads back exactly: a decimal number or a fraction.
impl Serialize for Rate {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (numerator, denominator) = (self.numerator, self.denominator);
        let places = denominator.checked_ilog10().filter(|places| 10_i128.pow(*places) == denominator);
        match places {
            Some(0) => write!(f, "{numerator}"),
            Some(places) => {
                let places = places as usize;
                let digits = format!("{numerator:0width$}", width = places + 1);
                let (whole, fraction) = digits.split_at(digits.len() - places);
                write!(f, "{whole}.{fraction}")
            }
            None => write!(f, "{numerator}/{denominator}"),
        }
    }
}

struct RateVisitor;

impl Visitor<'_> for RateVisitor {
    type Value = Rate;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a rate: a decimal number of at least 0")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Rate, E> {
        Rate::parse(text).map_err(E::custom)
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<Rate, E> {
        self.visit_str(&value.to_string())
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<Rate, E> {
        self.visit_str(&value.to_string())
    }

    /// The shortest text that reads back as the same number is what its author wrote.
    fn visit_f64<E: de::Error>(self, value: f64) -> Result<Rate, E> {
        self.visit_str(&value.to_string())
    }
}

/// Read an amount of money; a float, a text or a boolean is refused even where its value is whole.
pub fn deserialize_cents<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Cents, D::Error> {
    deserializer.deserialize_any(CentsVisitor)
}

struct CentsVisitor;

impl Visitor<'_> for CentsVisitor {
    type Value = Cents;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "an amount of money: an integer number of cents between -{AMOUNT_MAX} and {AMOUNT_MAX}")
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<Cents, E> {
        if value.unsigned_abs() <= AMOUNT_MAX.unsigned_abs() {
            Ok(value)
        } else {
            Err(E::invalid_value(de::Unexpected::Signed(value), &self))
        }
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<Cents, E> {
        match i64::try_from(value) {
            Ok(value) => self.visit_i64(value),
            Err(_) => Err(E::invalid_value(de::Unexpected::Unsigned(value), &self)),
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn rounding_is_half_away_from_zero() {
        for (numerator, denominator, expected) in
            [(5, 10, 1), (4, 10, 0), (-5, 10, -1), (-4, 10, 0), (15, 10, 2), (25, 10, 3), (0, 7, 0), (1, 3, 0), (2, 3, 1)]
        {
            assert_eq!(round_half_away(numerator, denominator), expected);
        }
    }

    #[test]
    fn rates_are_read_exactly() {
        for (text, numerator, denominator) in [
            ("0", 0, 1),
            ("0.000", 0, 1),
            ("0.001", 1, 1000),
            ("1e-3", 1, 1000),
            ("1E+3", 1000, 1),
            ("15", 15, 1),
            ("1.50", 15, 10),
            ("120", 120, 1),
            ("1/3", 1, 3),
            (".5", 5, 10),
        ] {
            let rate = Rate::parse(text).unwrap();
            assert_eq!(rate.numerator * denominator, numerator * rate.denominator, "{text}");
        }
        for text in ["", "-1", "nan", "1/0", "0x1", "1e400", "1.2.3", "1234567890123456789"] {
            assert!(Rate::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn rates_are_written_as_they_are_read() {
        for text in
            ["0", "0.001", "1000", "15", "1.5", "1/3", "0.000000000000000001", "999999999999999999", "1/7000000000000000000"]
        {
            let rate = Rate::parse(text).unwrap();
            assert_eq!(rate.to_string(), text);
            assert_eq!(Rate::parse(&rate.to_string()), Ok(rate));
        }
    }

    #[test]
    fn the_worked_examples_of_the_specification() {
        let bps = |text: &str| Rate::parse(text).unwrap().divided_by(Rate::parse("10000").unwrap()).unwrap();
        assert_eq!(bps("0.8").of(1_000_333), Some(80));
        assert_eq!(bps("0.0005").of(2_000_000), Some(0));
        assert_eq!(bps("15").of(999), Some(1));
        assert_eq!(bps("25.5").of(999), Some(3));
        let delay = Rate::parse("0.00015").unwrap().times(Rate::parse("1.5").unwrap()).unwrap();
        assert_eq!(delay.of(5_000_000), Some(1125));
    }
}
