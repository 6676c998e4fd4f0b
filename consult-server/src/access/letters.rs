//! Codes that are read from a screen or a slip of paper and typed once: letters and digits that are not taken for one another,
//! in groups. Pure; knows not what a code opens.

const ALPHABET: &[u8; 32] = b"abcdefghjkmnpqrstuvwxyz234567890";
const MARK: &str = "-";

/// Five bits of each byte as a letter, with a mark between groups of so many.
pub fn code(bytes: &[u8], group: usize) -> String {
    let letters: Vec<char> = bytes.iter().map(|byte| char::from(ALPHABET[usize::from(byte % 32)])).collect();
    joined(&letters, group)
}

/// A code of so many letters as it was printed, however it was typed; `None` if it cannot be one.
pub fn normal(typed: &str, length: usize, group: usize) -> Option<String> {
    let lower = typed.to_lowercase();
    let letters: Vec<char> = lower.chars().filter(|c| !c.is_whitespace() && *c != '-').collect();
    let known = |c: &char| u8::try_from(*c).is_ok_and(|byte| ALPHABET.contains(&byte));
    (letters.len() == length && letters.iter().all(known)).then(|| joined(&letters, group))
}

fn joined(letters: &[char], group: usize) -> String {
    letters.chunks(group).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join(MARK)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_read_however_it_is_typed() {
        let code = code(&[0, 31, 5, 77, 200, 1, 2, 3, 4, 255], 5);
        assert_eq!(normal(&code.to_uppercase().replace('-', " "), 10, 5), Some(code));
        for typed in ["", "abcde", "abcde-fghi1x", "abcde-fghio", "abcde-fghj周"] {
            assert_eq!(normal(typed, 10, 5), None, "{typed}");
        }
    }
}
