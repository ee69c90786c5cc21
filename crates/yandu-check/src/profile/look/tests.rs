use std::hash::{BuildHasher, RandomState};

use super::*;

/// Numbers that follow from a seed (xorshift64*).
struct Numbers(u64);

impl Numbers {
    /// Begins somewhere else each time, and says where.
    fn fresh() -> Self {
        let seed = RandomState::new().hash_one("looks") | 1;
        println!("seed {seed}");
        Self(seed)
    }

    fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 32) % end
    }

    fn digits(&mut self, count: usize) -> String {
        (0..count)
            .map(|_| char::from(b'0' + self.below(10) as u8))
            .collect()
    }
}

/// GB 11643: weights 2^(17-i) mod 11.
fn resident_id(numbers: &mut Numbers) -> String {
    let (year, month, day) = (
        1950 + numbers.below(60),
        1 + numbers.below(12),
        1 + numbers.below(28),
    );
    let serial = numbers.digits(3);
    let head = format!(
        "32090{}{year}{month:02}{day:02}{serial}",
        2 + numbers.below(3)
    );
    let mut sum = 0;
    for (place, digit) in head.bytes().enumerate() {
        let weight = (0..17 - place).fold(1, |weight, _| weight * 2 % 11);
        sum += u32::from(digit - b'0') * weight;
    }
    let check = "10X98765432".chars().nth((sum % 11) as usize).unwrap();
    format!("{head}{check}")
}

/// ISO/IEC 7812-1: every second digit from the right is doubled.
fn bank_card(numbers: &mut Numbers) -> String {
    let head = format!("622848{}", numbers.digits(12));
    let sum: u32 = head
        .bytes()
        .rev()
        .enumerate()
        .map(|(place, digit)| {
            let digit = u32::from(digit - b'0');
            if place % 2 == 0 {
                digit * 2 / 10 + digit * 2 % 10
            } else {
                digit
            }
        })
        .sum();
    format!("{head}{}", (10 - sum % 10) % 10)
}

#[test]
fn numbers_with_a_right_check_digit_are_told_from_those_with_a_wrong_one() {
    let mut numbers = Numbers::fresh();
    for _ in 0..500 {
        for (look, number) in [
            (Look::ResidentId, resident_id(&mut numbers)),
            (Look::BankCard, bank_card(&mut numbers)),
        ] {
            assert!(look.fits(&number), "{look:?} {number}");
            let (head, last) = number.split_at(number.len() - 1);
            let wrong = if last == "1" { "2" } else { "1" };
            assert!(
                !look.fits(&format!("{head}{wrong}")),
                "{look:?} {head}{wrong}"
            );
        }
    }
}

#[test]
fn serial_numbers_of_eighteen_digits_seldom_look_like_anything() {
    let mut numbers = Numbers::fresh();
    let mut tally = Tally::default();
    for _ in 0..2_000 {
        tally.look(&numbers.digits(18));
    }
    let (looked, looks) = tally.finish();
    assert_eq!(looked, 2_000);
    for found in looks {
        // One in ten passes the Luhn formula.
        let most = if found.look == Look::BankCard {
            320
        } else {
            40
        };
        assert!(found.values < most, "{found:?}");
    }
}

#[test]
fn people_and_addresses_are_told_from_other_words() {
    for name in ["王芳", "赵铁柱", "欧阳小满", "诸葛亮"] {
        assert!(Look::PersonName.fits(name), "{name}");
    }
    for word in ["男", "市民政局", "已办结", "Wang", "王", "王2"] {
        assert!(!Look::PersonName.fits(word), "{word}");
    }
    for address in ["盐城市亭湖区青年路12号", "建军路88号3幢201室"] {
        assert!(Look::Address.fits(address), "{address}");
    }
    for word in ["盐城市", "亭湖区", "3号", "走访记录"] {
        assert!(!Look::Address.fits(word), "{word}");
    }
}

#[test]
fn a_coordinate_is_precise_to_a_metre() {
    for value in ["120.15634", "33.347312"] {
        assert!(Look::Coordinate.fits(value), "{value}");
    }
    for value in [
        "120.15",
        "33",
        "1.23456",
        "-33.34731",
        "2020.12345",
        "12.3456e3",
    ] {
        assert!(!Look::Coordinate.fits(value), "{value}");
    }
}

#[test]
fn what_is_looked_at_is_bounded() {
    let looked = (1..=10_000_000)
        .filter(|place| is_looked_at(*place))
        .count();
    assert!((2_000..5_000).contains(&looked), "{looked}");
}
