//! Aim: a rule in words says what the rule says, all of it.

use calendar::recurrence::{Language, Rule};

#[track_caller]
fn check(text: &str, english: &str, german: &str) {
    let rule = Rule::parse(text).expect("a valid rule");
    assert_eq!(rule.sentence(Language::English), english, "{text}");
    assert_eq!(rule.sentence(Language::German), german, "{text}");
}

#[test]
fn plain_rules() {
    check("FREQ=DAILY", "every day", "jeden Tag");
    check("FREQ=YEARLY;INTERVAL=4", "every 4 years", "alle 4 Jahre");
    check("FREQ=DAILY;COUNT=1", "every day, once", "jeden Tag, einmal");
    check("FREQ=HOURLY;INTERVAL=4;COUNT=10", "every 4 hours, 10 times", "alle 4 Stunden, 10-mal");
    check("FREQ=MINUTELY;INTERVAL=15", "every 15 minutes", "alle 15 Minuten");
}

#[test]
fn ends() {
    check(
        "FREQ=WEEKLY;INTERVAL=2;BYDAY=FR,TU;UNTIL=20270304T083000",
        "every 2 weeks on Tuesday and Friday, until 4 March 2027 at 08:30",
        "alle 2 Wochen am Dienstag und Freitag, bis 4. März 2027, 08:30 Uhr",
    );
    check(
        "FREQ=MONTHLY;UNTIL=20270304T083015Z",
        "every month, until 4 March 2027 at 08:30:15 UTC",
        "jeden Monat, bis 4. März 2027, 08:30:15 Uhr UTC",
    );
}

#[test]
fn days_of_the_week() {
    check(
        "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR",
        "every weekday (Monday to Friday)",
        "an jedem Werktag (Montag bis Freitag)",
    );
    check(
        "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,SU;WKST=SU",
        "every 2 weeks on Monday and Sunday, weeks starting on Sunday",
        "alle 2 Wochen am Montag und Sonntag, Wochenbeginn Sonntag",
    );
    check(
        "FREQ=DAILY;INTERVAL=3;BYDAY=SA,SU",
        "every 3 days if it is a Saturday or a Sunday",
        "alle 3 Tage, wenn es ein Samstag oder ein Sonntag ist",
    );
}

#[test]
fn days_of_the_month() {
    check(
        "FREQ=MONTHLY;BYDAY=-1FR",
        "every month on the last Friday",
        "jeden Monat am letzten Freitag",
    );
    check(
        "FREQ=MONTHLY;BYDAY=2TU,4TU",
        "every month on the 2nd Tuesday and the 4th Tuesday",
        "jeden Monat am 2. Dienstag und am 4. Dienstag",
    );
    check(
        "FREQ=MONTHLY;BYDAY=MO,WE,-1FR",
        "every month on every Monday and Wednesday and the last Friday",
        "jeden Monat an jedem Montag und Mittwoch und am letzten Freitag",
    );
    check(
        "FREQ=MONTHLY;BYMONTHDAY=-1,15,1",
        "every month on the 1st, the 15th and the last day",
        "jeden Monat am 1., 15. und letzten Tag",
    );
    check(
        "FREQ=MONTHLY;BYMONTHDAY=13;BYDAY=FR",
        "every month on the 13th if it is a Friday",
        "jeden Monat am 13., wenn es ein Freitag ist",
    );
    check(
        "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1",
        "every month on the last weekday (Monday to Friday)",
        "jeden Monat am letzten Werktag (Montag bis Freitag)",
    );
    check(
        "FREQ=MONTHLY;BYDAY=SA,SU;BYSETPOS=1,-2",
        "every month on every Saturday and Sunday, of these only the 1st and the 2nd last in each month",
        "jeden Monat an jedem Samstag und Sonntag, davon nur der 1. und vorletzte Termin in jedem Monat",
    );
}

#[test]
fn days_of_the_year() {
    check("FREQ=YEARLY;BYMONTH=3;BYMONTHDAY=4", "every year on 4 March", "jedes Jahr am 4. März");
    check(
        "FREQ=YEARLY;BYMONTHDAY=13",
        "every year on the 13th of each month",
        "jedes Jahr am 13. jedes Monats",
    );
    check(
        "FREQ=YEARLY;BYMONTH=3,10;BYDAY=-1SU",
        "every year in March and October on the last Sunday",
        "jedes Jahr im März und Oktober am letzten Sonntag",
    );
    check(
        "FREQ=YEARLY;BYDAY=20MO",
        "every year on the 20th Monday of the year",
        "jedes Jahr am 20. Montag des Jahres",
    );
    check(
        "FREQ=YEARLY;BYWEEKNO=1,-1;BYDAY=MO;WKST=SU",
        "every year in week 1 and the last week on Monday, weeks starting on Sunday",
        "jedes Jahr in Woche 1 und der letzten Woche am Montag, Wochenbeginn Sonntag",
    );
    check(
        "FREQ=YEARLY;BYYEARDAY=100,-1",
        "every year on day 100 and the last day of the year",
        "jedes Jahr am 100. und letzten Tag des Jahres",
    );
    check(
        "RSCALE=GREGORIAN;FREQ=YEARLY;SKIP=BACKWARD",
        "every year, where there is no such day on the last of the month",
        "jedes Jahr, wo es den Tag nicht gibt, am letzten des Monats",
    );
}

#[test]
fn even_minutes_of_every_hour_are_every_so_many_minutes() {
    check("FREQ=HOURLY;BYMINUTE=0,15,30,45", "every 15 minutes", "alle 15 Minuten");
    let every_other: Vec<String> = (0..30).map(|n| (2 * n).to_string()).collect();
    check(
        &format!("FREQ=HOURLY;BYMINUTE={};BYDAY=MO", every_other.join(",")),
        "every 2 minutes on Monday",
        "alle 2 Minuten am Montag",
    );
    check(
        "FREQ=HOURLY;BYMINUTE=0,15,30",
        "every hour at minutes 0, 15 and 30",
        "jede Stunde zu den Minuten 0, 15 und 30",
    );
    check(
        "FREQ=HOURLY;INTERVAL=2;BYMINUTE=0,30",
        "every 2 hours at minutes 0 and 30",
        "alle 2 Stunden zu den Minuten 0 und 30",
    );
}

#[test]
fn times_of_the_day() {
    check(
        "FREQ=DAILY;BYHOUR=9,17;BYMINUTE=30",
        "every day at 09:30 and 17:30",
        "jeden Tag um 09:30 und 17:30 Uhr",
    );
    check(
        "FREQ=HOURLY;BYHOUR=9,10,11,12,17;BYDAY=MO",
        "every hour on Monday in hours 9 to 12 and 17",
        "jede Stunde am Montag in den Stunden 9 bis 12 und 17",
    );
    check(
        "FREQ=DAILY;BYMONTHDAY=1;BYSECOND=10",
        "every day on the 1st of the month at second 10",
        "jeden Tag am 1. des Monats zur Sekunde 10",
    );
}
