/// A point in time as HTTP writes it (RFC 9110 section 5.6.7), in seconds since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct HttpDate(i64);

impl HttpDate {
    /// Reads each of the three forms. `near` says when it is read, for the form whose year has two digits: of the years
    /// that end so it is the one that is closest, and no more than 50 years ahead. Without, it is one from 1970 on.
    ///
    /// The name of the day is not looked at.
    pub(crate) fn read(text: &str, near: Option<Self>) -> Option<Self> {
        // One part more than a date has, so that what follows it is not overlooked.
        let mut parts = [""; 7];
        for (part, text) in parts.iter_mut().zip(text.trim_ascii().split(' ')) {
            *part = text;
        }
        match parts {
            // Sun, 06 Nov 1994 08:49:37 GMT
            [day_name, day, month, year, time, "GMT", ""] if day_name.ends_with(',') => {
                Self::of(digits(year, 4)?, month, digits(day, 2)?, time)
            }
            // Sunday, 06-Nov-94 08:49:37 GMT
            [day_name, date, time, "GMT", "", "", ""] if day_name.ends_with(',') => {
                let (day, rest) = date.split_once('-')?;
                let (month, year) = rest.split_once('-')?;
                let year = full_year(digits(year, 2)?, near.map_or(2019, Self::year));
                Self::of(year, month, digits(day, 2)?, time)
            }
            // Sun Nov  6 08:49:37 1994
            [_, month, "", day, time, year, ""] => {
                Self::of(digits(year, 4)?, month, digits(day, 1)?, time)
            }
            // Sun Nov 16 08:49:37 1994
            [_, month, day, time, year, "", ""] => {
                Self::of(digits(year, 4)?, month, digits(day, 2)?, time)
            }
            _ => None,
        }
    }

    /// The seconds from `earlier` to this; none, if it is not later.
    pub(crate) fn since(self, earlier: Self) -> u64 {
        u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0)
    }

    fn of(year: i64, month: &str, day: i64, time: &str) -> Option<Self> {
        let month = MONTHS.iter().position(|(name, _)| *name == month)?;
        let days = MONTHS[month].1 + i64::from(month == 1 && is_leap(year));
        let (hour, rest) = time.split_once(':')?;
        let (minute, second) = rest.split_once(':')?;
        let (hour, minute, second) = (digits(hour, 2)?, digits(minute, 2)?, digits(second, 2)?);
        // A leap second is the sixtieth.
        let is_valid = (1..=days).contains(&day) && hour < 24 && minute < 60 && second <= 60;
        is_valid.then(|| {
            let before: i64 = MONTHS[..month].iter().map(|(_, days)| days).sum();
            let leap_day = i64::from(month > 1 && is_leap(year));
            let days = days_before(year) - days_before(1970) + before + leap_day + day - 1;
            Self(((days * 24 + hour) * 60 + minute) * 60 + second)
        })
    }

    fn year(self) -> i64 {
        // By the mean length of a year: a day around New Year may go to the other one, which matters little 50 years off.
        1970 + self.0.div_euclid(31_556_952)
    }
}

const MONTHS: [(&str, i64); 12] = [
    ("Jan", 31),
    ("Feb", 28),
    ("Mar", 31),
    ("Apr", 30),
    ("May", 31),
    ("Jun", 30),
    ("Jul", 31),
    ("Aug", 31),
    ("Sep", 30),
    ("Oct", 31),
    ("Nov", 30),
    ("Dec", 31),
];

fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

/// The days of all years before this one, counted from the year 1 of the Gregorian calendar.
fn days_before(year: i64) -> i64 {
    let years = year - 1;
    years * 365 + years.div_euclid(4) - years.div_euclid(100) + years.div_euclid(400)
}

/// A number of exactly so many digits.
fn digits(text: &str, count: usize) -> Option<i64> {
    let is_number = text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| text.parse().ok())?
}

/// The year from 49 before `near` to 50 after it that ends with these two digits.
fn full_year(last_two: i64, near: i64) -> i64 {
    let first = near - 49;
    first + (last_two - first).rem_euclid(100)
}

#[cfg(test)]
mod tests {
    use alloc::format;

    use super::HttpDate;

    fn read(text: &str) -> Option<i64> {
        HttpDate::read(text, None).map(|date| date.0)
    }

    #[test]
    fn the_examples_of_the_rfc_are_one_moment() {
        for text in [
            "Sun, 06 Nov 1994 08:49:37 GMT",
            "Sunday, 06-Nov-94 08:49:37 GMT",
            "Sun Nov  6 08:49:37 1994",
            " Sun, 06 Nov 1994 08:49:37 GMT\t",
        ] {
            assert_eq!(read(text), Some(784_111_777), "{text}");
        }
    }

    /// The seconds are those of GNU date.
    #[test]
    fn dates_around_leap_days_and_ends_are_right() {
        for (text, seconds) in [
            ("Thu, 01 Jan 1970 00:00:00 GMT", 0),
            ("Wed, 31 Dec 1969 23:59:59 GMT", -1),
            ("Tue, 29 Feb 2000 12:00:00 GMT", 951_825_600),
            ("Wed Mar  1 00:00:00 2000", 951_868_800),
            ("Thu, 31 Dec 2026 23:59:60 GMT", 1_798_761_600),
            ("Sun, 28 Feb 2100 23:59:59 GMT", 4_107_542_399),
            ("Mon, 01 Mar 2100 00:00:00 GMT", 4_107_542_400),
            ("Fri Dec 31 23:59:59 9999", 253_402_300_799),
        ] {
            assert_eq!(read(text), Some(seconds), "{text}");
        }
    }

    #[test]
    fn two_digits_are_a_year_that_is_near() {
        for (now, last_two, year) in [
            (2026, 26, 2026),
            (2026, 76, 2076),
            (2026, 77, 1977),
            (2026, 99, 1999),
            (1999, 0, 2000),
            (2000, 99, 1999),
        ] {
            let now = HttpDate::read(&format!("Mon, 02 Jan {now} 00:00:00 GMT"), None);
            let short = format!("Monday, 01-Mar-{last_two:02} 00:00:00 GMT");
            let long = format!("Mon, 01 Mar {year} 00:00:00 GMT");
            assert_eq!(
                HttpDate::read(&short, now),
                HttpDate::read(&long, None),
                "{short}"
            );
        }
    }

    #[test]
    fn what_is_no_date_is_none() {
        for text in [
            "",
            "120",
            "Sun, 06 Nov 1994 08:49:37",
            "Sun, 06 Nov 1994 08:49:37 UTC",
            "Sun, 06 Nov 1994 08:49:37 GMT and more",
            "Sun, 6 Nov 1994 08:49:37 GMT",
            "Sun, 06 nov 1994 08:49:37 GMT",
            "Sun, 06 Nov 94 08:49:37 GMT",
            "Sun, 06 Nov 1994 8:49:37 GMT",
            "Sun, 06 Nov 1994 24:00:00 GMT",
            "Sun, 06 Nov 1994 08:60:37 GMT",
            "Sun, 06 Nov 1994 08:49:61 GMT",
            "Sun, 06 Nov 1994 08:49 GMT",
            "Sun, 00 Nov 1994 08:49:37 GMT",
            "Thu, 31 Nov 1994 08:49:37 GMT",
            "Wed, 29 Feb 2023 08:49:37 GMT",
            "Mon, 29 Feb 2100 08:49:37 GMT",
            "Sun, +6 Nov 1994 08:49:37 GMT",
            "Sunday, 06-Nov-1994 08:49:37 GMT",
            "Sun Nov 6 08:49:37 1994",
            "Sun Nov  6 08:49:37 1994 GMT",
            "Sun, 06 Nov 1994 08:49:3\u{663} GMT",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
