//! Made-up contacts: records as full as real ones, of people who cannot exist.
//!
//! Names say that they are samples. Telephone numbers come from ranges set aside for fiction
//! (United States, United Kingdom, Germany, France) or begin with zeros, and e-mail addresses
//! end in `.example`, which never resolves.

use serde_json::{Value, json};

use crate::rng::Rng;

struct Country {
    code: &'static str,
    family_first: bool,
    between: &'static str,
    given: [&'static str; 4],
    family: [&'static str; 4],
    companies: [&'static str; 2],
    titles: [&'static str; 3],
    address: &'static str,
    state_code: &'static str,
    /// `#` stands for a digit.
    mobile: &'static str,
}

const COUNTRIES: [Country; 9] = [
    Country {
        code: "zh",
        family_first: true,
        between: "",
        given: ["示例", "样本", "虚构", "演示"],
        family: ["张", "李", "王", "欧阳"],
        companies: ["样例贸易有限公司", "虚构科技（上海）有限公司"],
        titles: ["采购经理", "工程师", "总经理助理"],
        address: "示例省样本市虚构路",
        state_code: "86",
        mobile: "10000######",
    },
    Country {
        code: "en",
        family_first: false,
        between: " ",
        given: ["Jane", "John", "Alex", "Mary-Ann"],
        family: ["Doe", "Sample", "Placeholder", "O'Example"],
        companies: ["Example & Sons Ltd", "Acme Samples, Inc."],
        titles: ["Buyer", "Head of Logistics", "R&D Engineer"],
        address: "Nowhere Street, Sampleton, No.",
        state_code: "1",
        mobile: "20255501##",
    },
    Country {
        code: "gb",
        family_first: false,
        between: " ",
        given: ["Ffion", "Hamish", "Priya", "George"],
        family: ["Testington", "Mc Sample", "Specimen", "Nobody-Smith"],
        companies: ["Specimen Works PLC", "The Placebo Company"],
        titles: ["Director", "Sales Assistant", "Solicitor"],
        address: "Fictional Lane, Mocking-on-Sea, No.",
        state_code: "44",
        mobile: "7700900###",
    },
    Country {
        code: "de",
        family_first: false,
        between: " ",
        given: ["Erika", "Max", "Jürgen", "Lieschen"],
        family: ["Mustermann", "Beispiel", "Größer-Test", "Niemand"],
        companies: ["Muster & Söhne GmbH", "Beispielwerke AG"],
        titles: ["Einkäuferin", "Geschäftsführer", "Sachbearbeitung"],
        address: "Musterstraße, Beispielstadt, Nr.",
        state_code: "49",
        mobile: "17139200##",
    },
    Country {
        code: "fr",
        family_first: false,
        between: " ",
        given: ["Zoé", "Jean", "Aïcha", "Loïc"],
        family: ["Exemple", "Dupont-Fictif", "L'Inconnu", "Personne"],
        companies: ["Société Exemple SARL", "Fictif & Cie"],
        titles: ["Acheteuse", "Ingénieur", "Gérant"],
        address: "rue de l'Exemple, Nullepart, nº",
        state_code: "33",
        mobile: "63998####",
    },
    Country {
        code: "ja",
        family_first: true,
        between: " ",
        given: ["太郎", "花子", "一郎", "さくら"],
        family: ["見本", "例示", "試験", "架空"],
        companies: ["株式会社見本", "架空商事株式会社"],
        titles: ["課長", "担当", "代表取締役"],
        address: "架空県見本市例町",
        state_code: "81",
        mobile: "000000####",
    },
    Country {
        code: "ko",
        family_first: true,
        between: "",
        given: ["예시", "견본", "가상", "길동"],
        family: ["홍", "김", "이", "남궁"],
        companies: ["예시무역", "주식회사 견본"],
        titles: ["과장", "연구원", "대표"],
        address: "가상시 예시구 견본로",
        state_code: "82",
        mobile: "000000####",
    },
    Country {
        code: "vi",
        family_first: true,
        between: " ",
        given: ["Văn Mẫu", "Thị Ví Dụ", "Giả Định", "Thử"],
        family: ["Nguyễn", "Trần", "Lê", "Đặng"],
        companies: ["Công ty TNHH Ví Dụ", "Công ty Mẫu"],
        titles: ["Kế toán", "Giám đốc", "Nhân viên"],
        address: "Đường Ví Dụ, Thành phố Mẫu, số",
        state_code: "84",
        mobile: "000000###",
    },
    Country {
        code: "ar",
        family_first: false,
        between: " ",
        given: ["فلان", "فلانة", "سمير", "ليلى"],
        family: ["التجريبي", "المثالي", "الافتراضي", "النموذج"],
        companies: ["شركة المثال", "مؤسسة النموذج"],
        titles: ["مدير", "مهندسة", "محاسب"],
        address: "شارع المثال، مدينة النموذج، رقم",
        state_code: "20",
        mobile: "000000####",
    },
];

const DIGITS: &str = "0123456789";
/// The first ids of labels of two groups, and how many there are of each.
const LEVELS: u64 = 1_000_000;
const SOURCES: u64 = 2_000_000;
const LABELS: u64 = 20;

/// `count` records with all fields that the list and get calls answer, the same ones for the
/// same seed. Their userids are digits, 12 to 20 of them, most with leading zeros.
pub(crate) fn made_up(count: usize, seed: u64) -> Vec<Value> {
    let mut rng = Rng::new(seed);
    COUNTRIES
        .iter()
        .cycle()
        .take(count)
        .enumerate()
        .map(|(index, country)| record(index, country, &mut rng))
        .collect()
}

/// The groups of labels that made-up contacts have, as listlabelgroups answers them.
pub(crate) fn label_groups() -> Vec<Value> {
    let group = |name: &str, first: u64| {
        let label = |n: u64| json!({"name": format!("{name} {n}"), "id": first + n});
        json!({"name": name, "color": -15_220_075, "labels": (0..LABELS).map(label).collect::<Vec<_>>()})
    };
    vec![group("Level", LEVELS), group("Source", SOURCES)]
}

fn record(index: usize, country: &Country, rng: &mut Rng) -> Value {
    let given = rng.pick(&country.given);
    let family = rng.pick(&country.family);
    let (first, last) = if country.family_first { (family, given) } else { (given, family) };
    let mobile: String = country
        .mobile
        .chars()
        .map(|digit| match digit {
            '#' => char::from(b'0' + u8::try_from(rng.below(10)).unwrap_or(0)),
            fixed => fixed,
        })
        .collect();
    let follower = format!("manager{:04}", rng.below(50));
    let mut record = json!({
        "userid": user_id(index, rng),
        "name": format!("{first}{}{last}", country.between),
        "mobile": mobile,
        "state_code": country.state_code,
        "company_name": rng.pick(&country.companies),
        "title": rng.pick(&country.titles),
        "email": format!("contact{index}@{}.example", country.code),
        "address": format!("{} {}", country.address, rng.below(900) + 1),
        "remark": rng.pick(&["", "made up", "样例", "asked for erasure"]),
        "label_ids": [LEVELS + rng.below(LABELS), SOURCES + rng.below(LABELS)],
        "follower_user_id": follower,
        "share_dept_ids": [rng.below(9) + 1],
        "share_user_ids": [follower, format!("manager{:04}", rng.below(50))],
    });
    if let (Some((name, nothing)), Some(fields)) = (left_empty(index), record.as_object_mut()) {
        fields.insert(name.to_owned(), nothing);
    }
    record
}

/// Three in seven lack a field, as contacts do that people have typed in.
fn left_empty(index: usize) -> Option<(&'static str, Value)> {
    match index % 7 {
        1 => Some(("follower_user_id", json!(""))),
        4 => Some(("company_name", json!(""))),
        5 => Some(("label_ids", json!([]))),
        _ => None,
    }
}

/// The last seven digits are the index, so that no two are the same.
fn user_id(index: usize, rng: &mut Rng) -> String {
    let length = 12 + usize::try_from(rng.below(9)).unwrap_or(0);
    let zeros = usize::try_from(rng.below(5)).unwrap_or(0);
    let tail = format!("{index:07}");
    let middle = length.saturating_sub(zeros + tail.len());
    format!("{}{}{tail}", "0".repeat(zeros), rng.text(DIGITS, middle))
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn the_same_seed_makes_the_same_people() {
        assert_eq!(made_up(50, 7), made_up(50, 7));
        assert_ne!(made_up(50, 7), made_up(50, 8));
    }

    #[test]
    fn userids_are_unique_digits_of_12_to_20_and_some_begin_with_zero() {
        let people = made_up(5_000, 1);
        let ids: HashSet<&str> =
            people.iter().map(|person| person["userid"].as_str().unwrap()).collect();
        assert_eq!(ids.len(), people.len());
        assert!(ids.iter().all(|id| (12..=20).contains(&id.len())));
        assert!(ids.iter().all(|id| id.bytes().all(|digit| digit.is_ascii_digit())));
        assert!(ids.iter().any(|id| id.len() == 20));
        assert!(ids.iter().filter(|id| id.starts_with("00")).count() > 1_000);
    }

    #[test]
    fn some_have_no_follower_no_company_or_no_label() {
        for person in made_up(100, 5).chunks(7).filter(|seven| seven.len() == 7) {
            for (name, nothing) in [
                ("follower_user_id", json!("")),
                ("company_name", json!("")),
                ("label_ids", json!([])),
            ] {
                assert_eq!(person.iter().filter(|one| one[name] == nothing).count(), 1, "{name}");
            }
        }
    }

    #[test]
    fn nobody_can_be_reached() {
        for person in made_up(200, 3) {
            let fields = person.as_object().unwrap();
            assert_eq!(fields.len(), 13);
            let email = fields["email"].as_str().unwrap();
            assert!(email.ends_with(".example"), "{email}");
            let mobile = fields["mobile"].as_str().unwrap();
            let fictional = ["10000", "20255501", "7700900", "17139200", "63998", "000000"];
            assert!(fictional.iter().any(|range| mobile.starts_with(range)));
        }
    }
}
