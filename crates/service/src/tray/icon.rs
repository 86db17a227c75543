//! The four pictures of the tray, as the bus wants them: ARGB, drawn for light and dark panels
//! alike and in two sizes, so that the panel chooses.

use ksni::Icon;

use super::state::Mood;

macro_rules! picture {
    ($name:literal) => {
        [
            (24, include_bytes!(concat!("../../../../icons/tray/", $name, "-24.argb"))),
            (48, include_bytes!(concat!("../../../../icons/tray/", $name, "-48.argb"))),
        ]
    };
}

type Picture = [(i32, &'static [u8]); 2];

const NORMAL: Picture = picture!("normal");
const PAUSED: Picture = picture!("paused");
const ATTENTION: Picture = picture!("attention");
const PROBLEM: Picture = picture!("problem");

/// The picture of a mood.
pub(super) fn of(mood: Mood) -> Vec<Icon> {
    let picture = match mood {
        Mood::Normal => NORMAL,
        Mood::Paused => PAUSED,
        Mood::Attention => ATTENTION,
        Mood::Problem => PROBLEM,
    };
    picture
        .into_iter()
        .map(|(side, data)| Icon { width: side, height: side, data: data.to_vec() })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_picture_has_four_bytes_a_pixel_and_differs_from_the_others() {
        let all = [Mood::Normal, Mood::Paused, Mood::Attention, Mood::Problem].map(of);
        for icon in all.iter().flatten() {
            assert_eq!(icon.data.len(), usize::try_from(icon.width * icon.height * 4).unwrap());
        }
        for (n, one) in all.iter().enumerate() {
            assert!(all[..n].iter().all(|other| other[0].data != one[0].data));
        }
    }
}
