//! Words that are nearly a day or a month, and days and hours in other languages: asked about
//! rather than left in the title.

use super::words;

/// What days and months are nearly like, and still words of their own.
const OWN: [&str; 34] = [
    "match",
    "marsh",
    "march",
    "marc",
    "marco",
    "marcy",
    "mach",
    "march's",
    "larch",
    "starch",
    "frida",
    "friary",
    "sundae",
    "sundry",
    "sunray",
    "moday",
    "gust",
    "augusta",
    "augustus",
    "augustine",
    "junes",
    "toddy",
    "toady",
    "avril",
    "ever",
    "avery",
    "dairy",
    "daisy",
    "month",
    "months",
    "mouthy",
    "weakly",
    "weeklys",
    "yearly",
];

/// Days, months and hours in German, French, Spanish and Italian, and what is written instead.
const ELSEWHERE: [(&str, &str); 62] = [
    ("morgen", "tomorrow"),
    ("übermorgen", "day after tomorrow"),
    ("heute", "today"),
    ("gestern", "the date"),
    ("uhr", "15:00"),
    ("montag", "Monday"),
    ("dienstag", "Tuesday"),
    ("mittwoch", "Wednesday"),
    ("donnerstag", "Thursday"),
    ("freitag", "Friday"),
    ("samstag", "Saturday"),
    ("sonnabend", "Saturday"),
    ("sonntag", "Sunday"),
    ("montags", "Mondays"),
    ("dienstags", "Tuesdays"),
    ("mittwochs", "Wednesdays"),
    ("donnerstags", "Thursdays"),
    ("freitags", "Fridays"),
    ("samstags", "Saturdays"),
    ("sonntags", "Sundays"),
    ("täglich", "daily"),
    ("wöchentlich", "weekly"),
    ("monatlich", "monthly"),
    ("jährlich", "yearly"),
    ("jeden", "every"),
    ("jede", "every"),
    ("jeder", "every"),
    ("mittags", "noon"),
    ("mitternacht", "midnight"),
    ("vormittags", "9am"),
    ("nachmittags", "3pm"),
    ("abends", "8pm"),
    ("januar", "January"),
    ("jänner", "January"),
    ("februar", "February"),
    ("märz", "March"),
    ("juni", "June"),
    ("juli", "July"),
    ("oktober", "October"),
    ("dezember", "December"),
    ("demain", "tomorrow"),
    ("aujourd'hui", "today"),
    ("lundi", "Monday"),
    ("mardi", "Tuesday"),
    ("mercredi", "Wednesday"),
    ("jeudi", "Thursday"),
    ("vendredi", "Friday"),
    ("samedi", "Saturday"),
    ("dimanche", "Sunday"),
    ("heures", "15:00"),
    ("mañana", "tomorrow"),
    ("hoy", "today"),
    ("lunes", "Monday"),
    ("martes", "Tuesday"),
    ("miércoles", "Wednesday"),
    ("jueves", "Thursday"),
    ("viernes", "Friday"),
    ("sábado", "Saturday"),
    ("domingo", "Sunday"),
    ("domani", "tomorrow"),
    ("lunedì", "Monday"),
    ("weihnachten", "25 December"),
];

/// What a word of another language is in English.
pub(super) fn elsewhere(word: &str) -> Option<&'static str> {
    ELSEWHERE.iter().find(|(name, _)| *name == word).map(|(_, english)| *english)
}

/// Months that are also words, or short, in other languages: only beside a number.
pub(super) fn month_elsewhere(word: &str) -> Option<&'static str> {
    Some(match word {
        "juin" | "junio" => "June",
        "juillet" | "julio" => "July",
        "dez" | "déc" | "dic" => "Dec",
        "okt" => "Oct",
        "mai" | "mayo" => "May",
        "mrz" | "mär" | "mars" => "March",
        "avr" | "avril" | "abril" => "April",
        "août" | "agosto" => "August",
        _ => return None,
    })
}

/// The day or month a word is a letter or two away from, as it is written.
pub(super) fn meant(word: &str) -> Option<String> {
    let plain = word.strip_suffix("'s").or_else(|| word.strip_suffix("’s")).unwrap_or(word);
    let letters: Vec<char> = plain.chars().collect();
    // Names of four letters are too near to other words.
    if !(4..=12).contains(&letters.len()) || OWN.contains(&plain) || words::month(plain).is_some() {
        return None;
    }
    let days = jiff::civil::Weekday::Monday.cycle_forward().take(7).map(words::weekday_name);
    let months = (1..=12).map(words::month_name);
    let near = ["today", "tomorrow", "tonight"].map(String::from);
    let names = days.map(String::from).chain(months).chain(near);
    let often = ["every", "until", "daily", "weekly", "monthly"].map(String::from);
    let near = |name: &String| is_near(&letters, &name.to_lowercase());
    let often = often
        .into_iter()
        .find(|name| plain != name && steps(&letters, &name.chars().collect::<Vec<_>>()) == 1)
        .filter(|name| name.starts_with(letters[0]));
    names.into_iter().find(near).or(often)
}

/// The same for what is too short to be asked about anywhere: right before a time, or a number
/// right before it.
pub(super) fn meant_beside(word: &str, numbered: bool) -> Option<String> {
    let day = match word {
        "mo" => "Monday",
        "tu" | "tus" | "teu" => "Tuesday",
        "we" | "wedn" | "wde" => "Wednesday",
        "th" | "thr" | "thrs" | "thrus" => "Thursday",
        "fr" | "fir" | "frid" => "Friday",
        "sa" | "sta" => "Saturday",
        "su" | "snu" => "Sunday",
        "tdy" | "2day" | "tday" => "today",
        "nxt" | "nex" | "nx" => "next",
        "evry" | "evr" | "ever" => "every",
        _ if numbered => {
            let letters: Vec<char> = word.chars().collect();
            let near = |name: &str| {
                letters.len() > 2 && steps(&letters, &name.chars().collect::<Vec<_>>()) == 1
            };
            return ["june", "july"].into_iter().find(|name| near(name)).map(String::from);
        }
        _ => return None,
    };
    Some(day.to_string())
}

fn is_near(letters: &[char], name: &str) -> bool {
    let name: Vec<char> = name.chars().collect();
    let far = match name.len() {
        0..=4 => return false,
        5..=6 => 1,
        _ => 2,
    };
    // The first letter is seldom wrong, and "remember" is not December.
    let begins = letters.first() == name.first();
    let steps = steps(letters, &name);
    steps > 0 && (begins && steps <= far || steps == 1 && name.len() > 6)
}

/// Letters to add, take away, change or swap with the next.
fn steps(one: &[char], other: &[char]) -> usize {
    let mut table = vec![vec![0; other.len() + 1]; one.len() + 1];
    for i in 0..=one.len() {
        for j in 0..=other.len() {
            table[i][j] = if i == 0 || j == 0 {
                i + j
            } else {
                let change = table[i - 1][j - 1] + usize::from(one[i - 1] != other[j - 1]);
                let least = change.min(table[i - 1][j] + 1).min(table[i][j - 1] + 1);
                let swapped =
                    i > 1 && j > 1 && one[i - 1] == other[j - 2] && one[i - 2] == other[j - 1];
                if swapped { least.min(table[i - 2][j - 2] + 1) } else { least }
            };
        }
    }
    table[one.len()][other.len()]
}
