//! How the text is laid out, and how money, names and numbers are written in it.

use std::fmt::{self, Display, Formatter, Write};

/// Letters in the first line of a section.
const WIDTH: usize = 80;

/// The text as it grows.
#[derive(Debug, Default)]
pub struct Page(String);

impl Write for Page {
    fn write_str(&mut self, words: &str) -> fmt::Result {
        self.0.write_str(words)
    }
}

impl Page {
    /// What has been written.
    pub fn into_text(self) -> String {
        self.0
    }

    /// A section: its first line, and the lines that are written to it. Without any it is left out.
    pub fn section(&mut self, title: impl Display, lines: impl FnOnce(&mut Self) -> fmt::Result) -> fmt::Result {
        let before = self.0.len();
        self.title(title)?;
        let begin = self.0.len();
        lines(self)?;
        if self.0.len() == begin {
            self.0.truncate(before);
        }
        Ok(())
    }

    /// The first line of a section.
    pub fn title(&mut self, title: impl Display) -> fmt::Result {
        let begin = self.0.len();
        write!(self, "-- {title} ")?;
        let rest = WIDTH.saturating_sub(self.0[begin..].chars().count());
        writeln!(self, "{:-<rest$}", "")
    }

    /// The first line about the end of a day.
    pub fn banner(&mut self, title: impl Display) -> fmt::Result {
        let title = format!(" {title} ");
        writeln!(self, "{title:═^WIDTH$}")
    }
}

/// Something to write, as a function that writes it.
pub fn words<F: Fn(&mut Formatter<'_>) -> fmt::Result>(write: F) -> Words<F> {
    Words(write)
}

/// What such a function writes.
#[derive(Debug)]
pub struct Words<F>(F);

impl<F: Fn(&mut Formatter<'_>) -> fmt::Result> Display for Words<F> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.0(f)
    }
}

/// Cents as dollars with two places: `$1,234.50`, `-$0.05`.
#[derive(Debug, Clone, Copy)]
pub struct Money(i128);

/// Cents as dollars.
pub fn money(cents: impl Into<i128>) -> Money {
    Money(cents.into())
}

/// The same with a plus in front of what comes in.
pub fn signed(cents: i128) -> impl Display {
    words(move |f| write!(f, "{}{}", if cents > 0 { "+" } else { "" }, money(cents)))
}

impl Display for Money {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let cents = self.0.unsigned_abs();
        let mut text = [0; 64];
        let mut first = text.len();
        let mut put = |letter: u8| {
            first -= 1;
            text[first] = letter;
        };
        put(b'0' + (cents % 10) as u8);
        put(b'0' + (cents / 10 % 10) as u8);
        put(b'.');
        let mut dollars = cents / 100;
        for place in 0.. {
            if place > 0 && place % 3 == 0 {
                put(b',');
            }
            // What fits into 64 bits, which is nearly all, is divided more quickly there.
            let digit = match u64::try_from(dollars) {
                Ok(dollars) => dollars % 10,
                Err(_) => (dollars % 10) as u64,
            };
            put(b'0' + digit as u8);
            dollars = u64::try_from(dollars).map_or(dollars / 10, |dollars| u128::from(dollars / 10));
            if dollars == 0 {
                break;
            }
        }
        put(b'$');
        if self.0 < 0 {
            put(b'-');
        }
        f.write_str(std::str::from_utf8(&text[first..]).map_err(|_| fmt::Error)?)
    }
}

/// `62.5%`, with one place, rounded half up; `-` of nothing.
pub fn percent(part: impl Into<i128>, whole: impl Into<i128>) -> impl Display {
    let (part, whole) = (part.into(), whole.into());
    words(move |f| {
        if whole <= 0 {
            return f.write_str("-");
        }
        let tenths = (2000 * part + whole).div_euclid(2 * whole);
        write!(f, "{}.{}%", tenths.div_euclid(10), tenths.rem_euclid(10))
    })
}

/// `1 payment`, `2 payments`.
pub fn plural(number: impl Into<i128>, word: &str) -> impl Display {
    let number = number.into();
    words(move |f| write!(f, "{number} {word}{}", if number == 1 { "" } else { "s" }))
}

/// Several, with something between them.
pub fn joined<T: Display>(items: impl Iterator<Item = T> + Clone, between: &str) -> impl Display {
    words(move |f| {
        let mut separator = "";
        for item in items.clone() {
            write!(f, "{separator}{item}")?;
            separator = between;
        }
        Ok(())
    })
}

/// The band of a priority, as the engine has them, and the priority.
pub fn band(priority: u8) -> impl Display {
    let band = ["HIGH", "MED", "LOW"][crate::transaction::delay_class(priority, false) / 2];
    words(move |f| write!(f, "{band} P:{priority}"))
}

/// A number that policies calculate with: the shortest text that reads back as it, `0.1`, `100.0`, `1e+16`.
pub fn number(number: f64) -> String {
    let text = format!("{number:?}");
    match text.split_once('e') {
        None => text.to_lowercase(),
        Some((digits, exponent)) => {
            let (sign, exponent) = exponent.strip_prefix('-').map_or(('+', exponent), |exponent| ('-', exponent));
            format!("{digits}e{sign}{exponent:0>2}")
        }
    }
}

/// A text that somebody else has written, as letters alone: what would steer a terminal, or cannot be seen, is shown as a replacement character.
pub fn plain(text: &str) -> String {
    let plain = |letter| if is_visible(letter) { letter } else { char::REPLACEMENT_CHARACTER };
    text.chars().map(plain).collect()
}

/// Whether a letter is one, or a space. The second letter of a text is escaped for debugging only if it cannot be seen, or is a quote or a backslash.
fn is_visible(letter: char) -> bool {
    match letter {
        ' '..='~' => true,
        _ if letter.is_ascii() => false,
        _ => String::from_iter(['a', letter]).escape_debug().nth(1) == Some(letter),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_is_grouped_by_thousands() {
        for (cents, text) in [
            (0, "$0.00"),
            (-5, "-$0.05"),
            (123_450, "$1,234.50"),
            (99_999, "$999.99"),
            (100_000_000, "$1,000,000.00"),
            (i128::from(i64::MIN), "-$92,233,720,368,547,758.08"),
            (i128::MAX, "$1,701,411,834,604,692,317,316,873,037,158,841,057.27"),
        ] {
            assert_eq!(money(cents).to_string(), text);
        }
    }

    #[test]
    fn shares_are_rounded_half_up() {
        for (part, whole, text) in
            [(5, 8, "62.5%"), (1, 3, "33.3%"), (1, 2000, "0.1%"), (0, 7, "0.0%"), (1, 0, "-"), (3, 2, "150.0%")]
        {
            assert_eq!(percent(part, whole).to_string(), text);
        }
    }

    #[test]
    fn numbers_read_back() {
        for (value, text) in [
            (0.1, "0.1"),
            (100.0, "100.0"),
            (1e16, "1e+16"),
            (1.5e-7, "1.5e-07"),
            (1e-4, "0.0001"),
            (-2.5e300, "-2.5e+300"),
            (f64::NAN, "nan"),
        ] {
            assert_eq!(number(value), text);
        }
    }

    #[test]
    fn what_cannot_be_seen_is_replaced() {
        for (text, shown) in [
            ("[b]Ä €", "[b]Ä €"),
            ("a\nb\u{1b}[31m\u{7f}", "a\u{fffd}b\u{fffd}[31m\u{fffd}"),
            ("\u{200b}\u{a0}e\u{301}\"\\", "\u{fffd}\u{fffd}e\u{301}\"\\"),
        ] {
            assert_eq!(plain(text), shown);
        }
    }
}
