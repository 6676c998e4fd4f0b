//! Names of leads and measurements behind the codes that devices write. Tables only.

/// The twelve, in the order in which readers expect them, with their number in SCP-ECG (EN 1064), which MDC took
/// over (ISO 11073-10102: 2:n, or 131072 + n).
pub(super) const TWELVE: [(&str, u32); 12] = [
    ("I", 1),
    ("II", 2),
    ("III", 61),
    ("aVR", 62),
    ("aVL", 63),
    ("aVF", 64),
    ("V1", 3),
    ("V2", 4),
    ("V3", 5),
    ("V4", 6),
    ("V5", 7),
    ("V6", 8),
];

/// The usual name of a lead, from its code (CID 3001) or else from what the file calls it.
pub(super) fn name(scheme: &str, value: &str, called: &str) -> String {
    let number: Option<u32> = match scheme {
        "SCPECG" => value.strip_prefix("5.6.3-9-").and_then(|n| n.parse().ok()),
        "MDC" => match value.strip_prefix("2:") {
            Some(number) => number.parse().ok(),
            None => value.parse::<u32>().ok().and_then(|n| n.checked_sub(131_072)),
        },
        _ => None,
    };
    if let Some((name, _)) = TWELVE.iter().find(|(_, n)| Some(*n) == number) {
        return (*name).to_owned();
    }
    let plain = called.trim();
    let plain = plain.split_once('(').map_or(plain, |(name, _)| name.trim());
    let plain = plain.strip_prefix("Lead ").or_else(|| plain.strip_prefix("LEAD ")).unwrap_or(plain).trim();
    let known = TWELVE.iter().find(|(name, _)| name.eq_ignore_ascii_case(plain));
    known.map_or_else(|| plain.to_owned(), |(name, _)| (*name).to_owned())
}

/// A measurement's name from its code, or else from its meaning in English.
pub(super) fn measurement(scheme: &str, value: &str, meaning: &str) -> Option<&'static str> {
    let by_code = match (scheme, value) {
        ("MDC", "2:16016") => Some("heart_rate"),
        ("MDC", "2:16168") | ("SCPECG", "5.10.2.1-3") => Some("rr"),
        ("MDC", "2:16140") | ("SCPECG", "5.10.2.1-5") => Some("pp"),
        ("MDC", "2:16184") => Some("p"),
        ("MDC", "2:15872") | ("SCPECG", "5.13.5-7") => Some("pr"),
        ("MDC", "2:16156") | ("SCPECG", "5.13.5-9") => Some("qrs"),
        ("MDC", "2:16160") | ("SCPECG", "5.13.5-11") => Some("qt"),
        ("MDC", "2:15876") | ("SCPECG", "5.10.2.5-5") => Some("qtc"),
        ("SCPECG", "5.10.3-11") => Some("p_axis"),
        ("SCPECG", "5.10.3-13") => Some("qrs_axis"),
        ("SCPECG", "5.10.3-15") => Some("t_axis"),
        ("LN", "8626-4") => Some("p_axis"),
        ("LN", "9997-8") => Some("qrs_axis"),
        ("LN", "8637-1") => Some("rr"),
        _ => None,
    };
    by_code.or_else(|| {
        let meaning = meaning.trim().to_ascii_lowercase();
        let meaning = meaning.strip_suffix(" global").unwrap_or(&meaning);
        match meaning {
            "heart rate" | "ventricular heart rate" | "ventricular rate" => Some("heart_rate"),
            "rr interval" | "r-r interval" => Some("rr"),
            "pp interval" => Some("pp"),
            "p duration" | "p wave duration" => Some("p"),
            "pr interval" | "p-r interval" => Some("pr"),
            "qrs duration" => Some("qrs"),
            "qt interval" | "q-t interval" => Some("qt"),
            "qtc interval" | "qtc" => Some("qtc"),
            "p axis" | "p wave axis" => Some("p_axis"),
            "qrs axis" | "r wave axis" => Some("qrs_axis"),
            "t axis" | "t wave axis" => Some("t_axis"),
            _ => None,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lead_is_known_by_each_of_its_codes_or_by_its_name() {
        assert_eq!(name("SCPECG", "5.6.3-9-62", "whatever"), "aVR");
        assert_eq!(name("MDC", "2:3", ""), "V1");
        assert_eq!(name("MDC", "131073", ""), "I");
        assert_eq!(name("99LOCAL", "1", "Lead I (Einthoven)"), "I");
        assert_eq!(name("", "", "AVL"), "aVL");
        assert_eq!(name("MDC", "2:87", "Lead V7"), "V7");
    }
}
