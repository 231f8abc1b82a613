use super::*;
use crate::input::damage::{AS_TEXT, EACH_BY_ITSELF, NAME_THE_COLUMN};
use crate::input::error::PRINTED;

fn of(column: Option<&str>) -> Form {
    Form { column: column.map(str::to_owned), ..Form::default() }
}

fn read(text: &str, column: Option<&str>) -> Result<Ids, InputError> {
    let mut list = List::new(true);
    list.read(text.as_bytes(), &of(column))?;
    list.finish()
}

fn ids(text: &str, column: Option<&str>) -> Vec<String> {
    let mut ids = read(text, column).unwrap();
    ids.iter().unwrap().map(Result::unwrap).collect()
}

/// The message about the first wrong id, or about the list.
fn wrong(text: &str, column: Option<&str>) -> String {
    match read(text, column) {
        Err(InputError::Ids { first, .. }) => first[0].clone(),
        Err(InputError::List(error)) => error.problem,
        Ok(ids) => panic!("{} ids are fine: {text:?}", ids.count),
    }
}

#[test]
fn a_list_has_one_id_a_line() {
    let list = "\u{feff}0125400001\r\n# a comment\n\n  \t\n0125400002\n0125400001";
    assert_eq!(ids(list, None), ["0125400001", "0125400002", "0125400001"]);
    assert_eq!(read(list, None).unwrap().count, 2, "a repeated one counts once");
    assert_eq!(ids("manager-1@corp\nabc12e5\n12e5", None).len(), 3, "not only digits");
}

#[test]
fn a_column_is_found_by_its_name() {
    for list in [
        "\u{feff}name,userid\r\nJane,0125\r\n\"Doe, John\",0126\r\n,\r\n",
        "name;userid\nJane;0125\n\"Doe; John\";0126\n;\n",
        "name\tuserid\nJane\t0125\n\"Doe\nJohn\"\t0126\n\n",
        " name , userid \nJane,0125\nJohn,0126\n",
    ] {
        assert_eq!(ids(list, Some("userid")), ["0125", "0126"], "{list:?}");
    }
    assert_eq!(ids("userid\n0125\n", Some("userid")), ["0125"]);
    let problem = wrong("name,user_id\nJane,0125\n", Some("userid"));
    assert_eq!(problem, "no column userid; the columns are name, user_id");
    assert!(wrong("id,id\n1,2\n", Some("id")).starts_with("more than one column id"));
    assert!(wrong("", Some("id")).starts_with("no column id"));
}

#[test]
fn damage_by_a_spreadsheet_is_found_with_its_line() {
    for (damaged, word) in [
        ("1.25E+14", "rounded"),
        ("1,25E+14", "rounded"),
        ("1E+15", "rounded"),
        ("1.25e14", "rounded"),
        ("125400001.0", "decimals"),
        ("125400001,00", "decimals"),
        ("125,400,001.0", "decimals"),
        ("125,400,001", "thousands"),
        ("125.400.001", "thousands"),
        ("125 400 001", "thousands"),
        ("125’400’001", "thousands"),
        ("12,54,00,001", "thousands"),
        ("#REF!", "error"),
        ("'0125400001", "mark for text"),
        ("=\"0125400001\"", "mark for text"),
        ("0125400001,Jane", "row of a table"),
        ("\"0125400001\"", "row of a table"),
        ("0125400001，0125400002", "row of a table"),
        ("0125400001；0125400002", "row of a table"),
        ("张三、0125400002", "row of a table"),
        ("0125400001 0125400002", "white space stands inside"),
        ("０１２５４００００１", "full-width"),
        (" 0125400001", "white space"),
        ("0125400001\u{200b}", "U+200B"),
    ] {
        let found = wrong(&format!("# ids\n0125400009\n{damaged}\n"), None);
        assert!(found.starts_with("line 3: ") && found.contains(word), "{damaged}: {found}");
        let cell = damaged.replace('"', "\"\"");
        let csv = format!("userid,name\n0125400009,x\n\"{cell}\",\"y\"\n");
        let found = wrong(&csv, Some("userid"));
        assert!(found.starts_with("line 3: ") && found.contains(word), "{damaged}: {found}");
    }
    assert!(wrong("a,userid\nx,0125\ny,\n", Some("userid")).contains("line 3: the row has no"));
    assert!(wrong("a,userid\nx,0125\ny\n", Some("userid")).contains("line 3: the row has no"));
}

#[test]
fn text_in_another_encoding_is_refused_with_its_line() {
    for column in [None, Some("userid")] {
        let bytes = b"0\x001\0\n\0".as_slice();
        let error = List::new(true).read(bytes, &of(column)).unwrap_err();
        assert!(error.problem.starts_with("line 1: the text is UTF-16, without"), "{error:?}");
        assert!(error.advice.contains("--encoding utf-16le"), "{error:?}");
    }
    let gbk = b"userid,name\n0125,\xd5\xc5\n\xd5\xc5,x\n";
    for (bytes, column) in [(gbk.as_slice(), Some("userid")), (b"0125\n#\n\xd5\xc5", None)] {
        let mut list = List::new(true);
        list.read(bytes, &of(column)).unwrap();
        let Err(InputError::Ids { first, advice, .. }) = list.finish() else { panic!("{bytes:?}") };
        assert_eq!(first, ["line 3: the text is not UTF-8"]);
        assert!(advice[0].contains("--encoding gbk"));
    }
    let error = List::new(true).read(b"\xd5\xc5\n0125\n".as_slice(), &of(Some("x"))).unwrap_err();
    assert_eq!(error.problem, "line 1: the text is not UTF-8");
}

/// The ids of a list in this encoding, or what is wrong with the first.
fn decoded(
    bytes: &[u8],
    column: Option<&str>,
    encoding: Option<&str>,
) -> Result<Vec<String>, String> {
    let encoding = encoding.map(|name| Encoding::for_label(name.as_bytes()).unwrap());
    let mut list = List::new(true);
    list.read(bytes, &Form { encoding, ..of(column) }).map_err(|error| error.problem)?;
    match list.finish() {
        Ok(mut ids) => Ok(ids.iter().unwrap().map(Result::unwrap).collect()),
        Err(InputError::Ids { first, .. }) => Err(first[0].clone()),
        Err(InputError::List(error)) => Err(error.problem),
    }
}

#[test]
fn an_encoding_is_taken_where_it_is_certain_or_named() {
    let list = "姓名,用户ID\r\n张三,0125400001\r\n李四,客户2\r\n";
    let whole = Ok(vec!["0125400001".to_owned(), "客户2".to_owned()]);
    let little: Vec<u8> = list.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let big: Vec<u8> = list.encode_utf16().flat_map(u16::to_be_bytes).collect();
    let marked = |mark: &[u8], text: &[u8]| [mark, text].concat();
    let (little_marked, big_marked) = (marked(b"\xff\xfe", &little), marked(b"\xfe\xff", &big));
    let utf8_marked = marked(b"\xef\xbb\xbf", list.as_bytes());
    let (gbk, ..) = encoding_rs::GBK.encode(list);
    let column = Some("用户ID");
    for (bytes, encoding) in [
        (&little_marked, None),
        (&big_marked, None),
        (&little, Some("utf-16le")),
        (&big, Some("utf-16be")),
        (&gbk.to_vec(), Some("gbk")),
        (&gbk.to_vec(), Some("gb18030")),
        (&list.as_bytes().to_vec(), Some("utf-8")),
        // A mark is certain, so it counts more than what somebody says.
        (&little_marked, Some("gbk")),
        (&utf8_marked, Some("gbk")),
    ] {
        assert_eq!(decoded(bytes, column, encoding), whole, "{encoding:?}");
    }
    assert_eq!(decoded(b"\xff\xfe0\x001\0\n\x002\0", None, None).unwrap(), ["01", "2"]);
    let wrong = decoded(&gbk, column, Some("big5")).unwrap_err();
    assert!(wrong.starts_with("no column 用户ID; the columns are "), "{wrong}");
    let wrong = decoded(b"userid\n0125\n\xd5\n", Some("userid"), Some("gbk")).unwrap_err();
    assert!(
        wrong.starts_with("line 3: ") && wrong.contains("a character of it was lost"),
        "{wrong}"
    );
}

#[test]
fn a_list_without_an_id_is_refused() {
    for (list, column) in [("", None), ("# x\n\n", None), ("userid\n", Some("userid"))] {
        assert_eq!(wrong(list, column), "the list is empty", "{list:?}");
    }
}

#[test]
fn headings_are_not_taken_for_ids() {
    for heading in ["用户ID", "Contact", "User ID", "userid", " UserID"] {
        let found = wrong(&format!("# x\n{heading}\n0125400001\n0125400002\n"), None);
        let name = heading.trim();
        assert!(found.starts_with(&format!("line 2: {name} is the heading")), "{found}");
        assert!(found.ends_with(&format!("give --column '{name}'")), "{found}");
    }
    assert!(wrong("userid\nzhangsan\n", None).contains("heading"));
    assert_eq!(ids("zhangsan\n0125400001\nlisi\n", None).len(), 3);
    assert_eq!(ids("manager7\n0125400001\n", None).len(), 2);
    assert_eq!(ids("zhangsan\n", None), ["zhangsan"]);
    for headings in ["name,userid", "name;userid", "name\tUser ID", "\"name\",\"userid\""] {
        let found = wrong(&format!("{headings}\nJane,0125400001\n"), None);
        assert!(found.starts_with("line 1: these are the headings of a table: "), "{found}");
    }
}

#[test]
fn a_heading_that_comes_again_is_no_id() {
    for (list, column) in [
        ("0125400001\n0125400002\nuserid\n0125400003\n", None),
        ("0125400001\n\nUser_ID\n0125400003\n", None),
        ("userid,name\n0125400001,J\nuserid,name\n0125400003,K\n", Some("userid")),
        ("姓名,用户ID\n甲,0125400001\n姓名,用户ID\n乙,0125400003\n", Some("用户ID")),
        ("userid,name\n0125400001,J\nname,userid\nK,0125400003\n", Some("userid")),
        ("userid\n0125400001\nname,userid\nK,0125400003\n", Some("userid")),
    ] {
        assert!(wrong(list, column).starts_with("line 3: this is a heading again"), "{list:?}");
    }
}

#[test]
fn the_advice_fits_what_is_wrong() {
    for (list, advised) in [
        ("0125400001\n \u{a0}x\n", "Remove the white space around it."),
        ("1.25E+14\n125400001.0\n", AS_TEXT),
        ("0125400001,Jane\n", NAME_THE_COLUMN),
        ("0125400001 0125400002\n", EACH_BY_ITSELF),
        ("0125400001，0125400002\n", EACH_BY_ITSELF),
        ("0125\u{200b}\n", "Type it anew: it has a character that cannot be seen."),
        ("0125\n１\n", "Type its digits as 0 to 9."),
    ] {
        let Err(InputError::Ids { advice, .. }) = read(list, None) else { panic!("{list:?}") };
        assert_eq!(advice, [advised], "{list:?}");
    }
    // The column is named already, or there is none.
    let list = "name;userid\nJane;0125400001,0125400002\n";
    let Err(InputError::Ids { advice, .. }) = read(list, Some("userid")) else { panic!() };
    assert_eq!(advice, [EACH_BY_ITSELF]);
    let arguments = Source::Arguments(vec!["0125400001,0125400002".to_owned()]);
    let Err(InputError::Ids { advice, .. }) = arguments.read() else { panic!() };
    assert_eq!(advice, [EACH_BY_ITSELF]);
    let Err(InputError::Ids { advice, .. }) = read("1E+5\n'1\n", None) else { panic!() };
    assert_eq!(advice, [AS_TEXT, "Give the bare id."]);
}

#[test]
fn a_quote_that_is_never_closed_is_found_where_it_opens() {
    for (list, line) in [
        ("n,userid\nx,1\n\"y,2\nz,3\n", 3),
        ("n,userid\n\"x\ny\",1\nz,\"3\n4\n", 4),
        ("\"n,userid\nx,1\n", 1),
        ("n,userid\nx,\"1\"\"\n", 2),
    ] {
        let found = wrong(list, Some("userid"));
        assert!(found.starts_with(&format!("line {line}: the quote that opens")), "{found}");
    }
    // The next quote closes it, and the rows between are one cell.
    let found = wrong("userid,n\n1,\"x\n2,\"y\"\n3,z\n", Some("userid"));
    assert!(found.starts_with("line 2: a cell in quotes goes on"), "{found}");
    for list in [
        "n,userid\n\"x \"\"y\"\"\",1\n6\" pipe,2\n\"\",\"3\"",
        "n;userid\r\n\"a,b\r\n\";1\r\n;2\r\n\"x\";3",
    ] {
        assert_eq!(ids(list, Some("userid")), ["1", "2", "3"], "{list:?}");
    }
}

#[test]
fn all_wrong_ids_are_counted_and_the_first_are_printed() {
    let list = "1.25E+14\n".repeat(25);
    let Err(InputError::Ids { count, first, .. }) = read(&list, None) else { panic!() };
    assert_eq!((count, first.len()), (25, PRINTED));
}

#[test]
fn two_ids_that_differ_by_leading_zeros_are_refused() {
    let found = wrong("0125400001\n0125400002\n125400001\n", None);
    assert!(found.starts_with("line 3: 125400001: it differs from line 1 "), "{found}");
    let doubt = |text: &str| read(text, None).unwrap().doubt.map(|it| it.to_string());
    let warning = doubt("0125400001\n0125400002\n125400003\n125400004\n").unwrap();
    assert!(
        warning.starts_with("zeros may be lost at the beginning of 2 ids (the first: line 3)"),
        "{warning}"
    );
    // As many as whole ids of that length, and lengths that differ anyway, are no reason.
    assert_eq!(doubt("0125400001\n0125400002\n1254000034\n"), None);
    assert_eq!(doubt("0125400001\n012540002\n125400003\n"), None);
    assert_eq!(doubt("0125400001\n12540003\n"), None);
    assert_eq!(doubt("125400003\n12540003\n"), None);
}

#[test]
fn lost_zeros_are_suspected_if_only_the_shortest_ids_have_none() {
    use dingtalk_extcontact_sandbox::Sandbox;

    let whole = Sandbox::builder().made_up(400).start().unwrap().contacts();
    let doubt =
        |ids: &[String]| read(&ids.join("\n"), None).unwrap().doubt.map(|it| it.to_string());
    for some in [&whole[..], &whole[..100], &whole[100..200], &whole[..15]] {
        assert_eq!(doubt(some), None, "{} whole ids", some.len());
    }
    for lost in [0, 1] {
        let half = (0..).zip(&whole).map(|(n, id)| match n % 2 == lost {
            true => id.trim_start_matches('0').to_owned(),
            false => id.clone(),
        });
        let half: Vec<_> = half.collect();
        for some in half.chunks(100).chain([&half[..]]) {
            let warning = doubt(some).unwrap();
            assert!(warning.starts_with("zeros may be lost at the beginning of "), "{warning}");
            assert!(warning.contains(" shortest are all among them, the other "), "{warning}");
        }
    }
    // No zeros that some have explain how short the others are.
    let two_kinds: Vec<_> =
        (0..100).map(|n| format!("{}{n:03}", if n % 2 == 0 { "001254" } else { "9" })).collect();
    assert_eq!(doubt(&two_kinds), None);
}

#[test]
fn rounded_ids_are_found_if_all_long_ones_end_in_zeros() {
    let found = wrong("0125400001\n123456789012345000\n223456789012345000\n", None);
    assert!(found.starts_with("line 2: from here on, all 2 ids"), "{found}");
    assert!(read("123456789012345000\n", None).is_ok(), "one such id may be right");
    assert!(read("123456789012345000\n223456789012345000\n223456789012345001", None).is_ok());
    assert!(read("000123456789012345000\n000223456789012345000\n", None).is_ok());
}

#[test]
fn ids_from_the_service_are_not_checked_for_damage() {
    let known = ["0125", "125", "1.0", "a b"];
    assert_eq!(listed(known.into_iter()).unwrap().count, 4);
    assert!(listed(["a\nb"].into_iter()).is_err());
}

/// All messages and advice about a list.
fn messages(text: &str, column: Option<&str>) -> String {
    match read(text, column) {
        Err(InputError::Ids { first, advice, .. }) => first.join("\n") + &advice.join("\n"),
        Err(InputError::List(ListError { problem, advice })) => problem + advice,
        Ok(ids) => panic!("{} ids are fine: {text:?}", ids.count),
    }
}

#[test]
fn lines_are_counted_as_an_editor_counts_them() {
    for (list, line) in [
        ("姓名,用户ID\n甲,1.25E+14\n", 2),
        ("\u{feff}姓名,用户ID\n\n\n甲,1.25E+14\n", 4),
        ("\n\n姓名,用户ID\n甲,1.25E+14\n", 4),
        ("姓名,\"用户ID\"\n\"甲\n乙\",0125400001\n\n\"丙\",1.25E+14", 5),
        ("sep=,\n姓名,用户ID\n甲,1.25E+14\n", 3),
        ("\"姓\n名\",用户ID\n甲,0125\n,\n乙,1.25E+14", 5),
    ] {
        for end in ["\n", "\r\n", "\r"] {
            let found = wrong(&list.replace('\n', end), Some("用户ID"));
            assert!(found.starts_with(&format!("line {line}: 1.25E+14: ")), "{list:?}: {found}");
        }
    }
    let long = format!("0125400001\n{}\n\n1.25E+14\n", "1".repeat(200_000));
    for end in ["\n", "\r\n", "\r"] {
        let Err(InputError::Ids { first, count: 2, .. }) = read(&long.replace('\n', end), None)
        else {
            panic!("{end:?}")
        };
        assert!(first[0].starts_with("line 2: ") && first[1].starts_with("line 4: "), "{first:?}");
    }
    let ended = "0125400001\r\n\r\n0125400002\r0125400003\n\r0125400004";
    assert_eq!(ids(ended, None).len(), 4);
}

#[test]
fn delimiters_in_quotes_do_not_count() {
    for (list, column) in [
        ("\"Name, first\";userid\n\"a, b\";0125400001\n", "userid"),
        ("\"Name, first, last\ttitle\";userid\n\"a, b\";0125400001\n", "userid"),
        ("\"Name,\n\"\"first\"\", last\";userid\n\"a, b\";0125400001\n", "userid"),
        ("name;\"user,id,of,it\"\nJane;0125400001\n", "user,id,of,it"),
        // The name tells where the number of delimiters does not.
        ("Name, first, last;userid\na, b;0125400001\n", "userid"),
        ("userid\n0125400001\n", "userid"),
    ] {
        assert_eq!(ids(list, Some(column)), ["0125400001"], "{list:?}");
    }
}

#[test]
fn a_sep_line_names_the_delimiter() {
    for list in [
        "sep=;\nname;userid\na,b,c;0125400001\n",
        "\u{feff}\"sep=;\"\r\n\r\nname;userid\r\na,b,c;0125400001\r\n",
        "SEP=|\nname,first|userid\na,b,c|0125400001\n",
        "sep=\t\nname,first\tuserid\na,b,c\t0125400001\n",
    ] {
        assert_eq!(ids(list, Some("userid")), ["0125400001"], "{list:?}");
    }
    assert!(wrong("sep=;\nname;userid\n", None).starts_with("line 2: these are the headings"));
    assert_eq!(ids("sep=;\n0125400001\n", None), ["0125400001"]);
}

#[test]
fn other_files_are_named_for_what_they_are() {
    for (bytes, what, advice) in [
        (b"PK\x03\x04\x14\0\x06\0".as_slice(), "workbook", "save it anew"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0\0", "workbook", "save it as"),
        (b"\x1f\x8b\x08\0\0\0\0\0", "packed", "Unpack it"),
        (b"BZh91AY&SY\0\0", "packed", "Unpack it"),
        (b"%PDF-1.7\n", "PDF", "save it as"),
        (b"\xef\xbb\xbf\r\n<HTML><table>", "web page", "save it as"),
        (b"<?xml version=\"1.0\"?>", "XML", "save it as"),
        (b"\0\0\0\0\0\n", "bytes of zero", "UTF-8"),
        (b"0\x001\0\r\0\n\0", "UTF-16", "--encoding utf-16le"),
    ] {
        for column in [None, Some("userid")] {
            let ListError { problem, advice: given } =
                List::new(true).read(bytes, &of(column)).unwrap_err();
            assert!(problem.contains(what) && given.contains(advice), "{problem}: {given}");
            assert!(what == "UTF-16" || !problem.contains("UTF-16"), "{problem}");
        }
    }
}

#[test]
fn a_row_may_omit_empty_cells_at_its_end_but_not_have_too_many() {
    let list = "userid,name,note\n0125,Jane,x\n0126,Jane\n0127\n\n,\n0128,,\n";
    assert_eq!(ids(list, Some("userid")), ["0125", "0126", "0127", "0128"]);
    assert!(wrong("name,userid\nJane\n", Some("userid")).starts_with("line 2: the row has no id"));
    for list in ["userid,name\n0125,x\n0126,Doe, Jane\n", "name,userid\nJ,0125\nDoe,Jane,0126,\n"] {
        let found = messages(list, Some("userid"));
        assert!(found.starts_with("line 3: the row has "), "{found}");
        assert!(found.contains("Put a cell that has the delimiter in it into quotes"), "{found}");
    }
}

#[test]
fn json_lines_have_an_id_each() {
    let list = "\u{feff}{\"userid\":\"0125\",\"name\":\"J\"}\r\n\n{\"userid\":\"0126\"}";
    assert_eq!(ids(list, None), ["0125", "0126"]);
    assert_eq!(ids(list, Some("userid")), ["0125", "0126"]);
    assert_eq!(ids("{\"user_id\":\"0127\"}\n", Some("user_id")), ["0127"]);
    let others = "{\"userid\":\"0125\",\"x\":1,\"x\":{\"userid\":\"1\"}}\n";
    assert_eq!(ids(others, None), ["0125"], "other fields are nobody's concern");
    for (list, what) in [
        ("{\"userid\":\"0125\"}\n{\"userid\":125}\n", "line 2: userid is a number"),
        ("{\"userid\":\"0125\",\"userid\":\"0126\"}\n", "line 1: the record has userid twice"),
        ("{\"userid\":\"0125\"}\n{\"name\":\"J\"}\n", "line 2: the record has no text userid"),
        ("{\"userid\":\"0125\"}\n0126\n", "line 2: this is no record of JSON"),
        ("{\"userid\":\"0125\"}\n{\"userid\":\"1.25E+14\"}\n", "line 2: 1.25E+14: a spread"),
        ("[{\"userid\":\"0125\"}]\n", "line 1: this is JSON, but not one record a line"),
        ("\n[\n{\"userid\":\"0125\"}\n]", "line 2: this is JSON, but not one record a line"),
        ("{\n  \"userid\": \"0125\"\n}\n", "line 1: this is JSON, but not one record a line"),
    ] {
        assert!(wrong(list, None).starts_with(what), "{list:?}: {}", wrong(list, None));
    }
}

#[test]
fn messages_quote_only_the_beginning_of_an_id() {
    let (name, number) = ("Jane Doe", "10000000001");
    let record = format!("{{\"name\":\"{name}\",\"mobile\":\"{number}\"}}");
    for (list, column) in [
        (format!("{record}\n{record}\n"), None),
        (format!("{record}\n"), Some("userid")),
        (format!("[{record}]\n"), None),
        (format!("# contacts\n{record}\n"), None),
        (format!("0125400001\n{record}\n"), None),
        (format!("{name},0125400001,{number}\n"), None),
        (format!("{name},{number}x,j@acme.example\n"), None),
        (format!("0125400001\n{name}，{number}\n"), None),
        (format!("0125400001\n{name};{number}\n"), None),
        (format!("{name},0125400001,{number}\n"), Some("userid")),
        (format!("userid,name\n1.25E+14,{name}\n{name},{number},x\n"), Some("userid")),
        (format!("userid,name\n1,\"{name}\n2,{number}\n"), Some("userid")),
        (format!("name,userid\n{name} {number},\n"), Some("userid")),
    ] {
        let said = messages(&list, column);
        assert!(!said.contains(name) && !said.contains(number), "{list:?}: {said}");
    }
    let long = "0125400001 ".repeat(20_000);
    for (list, column) in [(long.clone(), None), (format!("userid\n{long}\n"), Some("userid"))] {
        let said = wrong(&list, column);
        assert!(said.contains(&long[..40]) && !said.contains(&long[..41]), "{said}");
        assert!(said.len() < 200, "{said}");
    }
    let headings: Vec<_> = (0..500).map(|n| format!("heading {n} {}", "x".repeat(100))).collect();
    let said = messages(&(headings.join(",") + "\n"), Some("userid"));
    assert!(said.contains("heading 19 xx") && said.contains("..., and 480 more"), "{said}");
    assert!(said.len() < 1200, "{said}");
}

#[test]
fn a_heading_is_found_despite_invisible_characters() {
    for heading in
        ["userid\u{a0}", "\u{3000}userid", "user\u{200b}id", "ｕｓｅｒｉｄ", "\u{2003}userid "]
    {
        for column in ["userid", heading] {
            let list = format!("name,{heading}\nJane,0125400001\n");
            assert_eq!(ids(&list, Some(column)), ["0125400001"], "{heading:?}");
        }
    }
    let problem = wrong("name\u{a0},user\u{a0}id,\u{200b}\nJane,0125,\n", Some("userid"));
    assert_eq!(problem, "no column userid; the columns are name<U+00A0>, user<U+00A0>id, <U+200B>");
    assert!(wrong("0125\u{a0}\n", None).starts_with("line 1: 0125<U+00A0>: "));
}
