use std::io::{Cursor, Write};

use rust_xlsxwriter::{ExcelDateTime, Format, Formula, Workbook, Worksheet};

use super::*;
use crate::input::error::InputError;

/// The sheet `Sheet1` with these headings in row 1, filled further.
fn sheet(headings: &[&str], fill: impl FnOnce(&mut Worksheet)) -> Vec<u8> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    for (column, heading) in (0..).zip(headings) {
        sheet.write(0, column, *heading).unwrap();
    }
    fill(sheet);
    book.save_to_buffer().unwrap()
}

fn ids_of(
    bytes: Vec<u8>,
    sheet: Option<&str>,
    column: Option<&str>,
) -> Result<Vec<String>, String> {
    let mut list = List::new(true);
    let read = read(&mut list, Cursor::new(bytes), sheet, column);
    let ids = read.map_err(InputError::from).and_then(|()| list.finish());
    match ids {
        Ok(mut ids) => Ok(ids.iter().unwrap().map(Result::unwrap).collect()),
        Err(InputError::List(error)) => Err(format!("{} | {}", error.problem, error.advice)),
        Err(InputError::Ids { first, advice, .. }) => {
            Err(format!("{} | {}", first.join("; "), advice.join(" ")))
        }
    }
}

#[test]
fn text_is_taken_as_it_is() {
    let bytes = sheet(&["姓名", "用户ID"], |sheet| {
        for (row, id) in
            (1..).zip(["0125400001", "manager 甲".trim_end_matches(" 甲"), "0125400003"])
        {
            sheet.write(row, 0, "甲").unwrap();
            sheet.write(row, 1, id).unwrap();
        }
        // A row of formats alone, as spreadsheets leave them behind.
        sheet.write_blank(7, 1, &Format::new().set_bold()).unwrap();
        sheet.write(8, 1, "  ").unwrap();
    });
    let ids = ids_of(bytes.clone(), None, Some("用户ID"));
    assert_eq!(ids, Ok(vec!["0125400001".into(), "manager".into(), "0125400003".into()]));
    assert_eq!(
        ids,
        ids_of(bytes, Some("Sheet1"), Some(" 用户ｉｄ".replace("ｉｄ", "ID").as_str()))
    );
}

#[test]
fn what_is_no_text_is_refused_with_its_cell() {
    type Fill = fn(&mut Worksheet);
    let cases: [(Fill, &str); 9] = [
        (|s| _ = s.write(2, 1, 125400001).unwrap(), "cell B3: 125400001: a number and no text"),
        (|s| _ = s.write(2, 1, 1.254e17).unwrap(), "cell B3: 125400000000000000: a number"),
        (|s| _ = s.write(2, 1, true).unwrap(), "cell B3: a truth value"),
        (
            |s| {
                let date = ExcelDateTime::from_ymd(2026, 1, 31).unwrap();
                let format = Format::new().set_num_format("yyyy-mm-dd");
                s.write_with_format(2, 1, &date, &format).unwrap();
            },
            "cell B3: a date or a time",
        ),
        (
            |s| {
                let formula = Formula::new("=VLOOKUP(A3,X1:Y9,2)").set_result("0125400002");
                s.write(2, 1, formula).unwrap();
            },
            "cell B3: a formula, whose result may be out of date: =VLOOKUP(",
        ),
        (|s| _ = s.write(2, 0, "Jane").unwrap(), "cell B3: the row has no id"),
        (|s| _ = s.write(2, 1, "1.25E+14").unwrap(), "cell B3: 1.25E+14: a spreadsheet made"),
        (
            |s| {
                s.merge_range(2, 1, 3, 1, "0125400002", &Format::new()).unwrap();
            },
            "cell B3: it is merged with others (B3:B4)",
        ),
        (
            |s| {
                s.write(2, 1, "0125400002").unwrap();
                s.set_row_hidden(2).unwrap();
            },
            "cell B3: its row is hidden, perhaps by a filter",
        ),
    ];
    for (fill, expected) in cases {
        let bytes = sheet(&["name", "userid"], |sheet| {
            sheet.write(1, 1, "0125400001").unwrap();
            fill(sheet);
        });
        let found = ids_of(bytes, None, Some("userid")).unwrap_err();
        assert!(found.starts_with(expected), "{found}");
        assert!(!found.ends_with("| "), "it says what to do: {found}");
    }
    // The same in other columns is nobody's concern, and neither is a hidden row without cells.
    let bytes = sheet(&["name", "userid", "since", "sum"], |sheet| {
        sheet.merge_range(1, 2, 2, 3, "x", &Format::new()).unwrap();
        sheet.write(1, 1, "0125400001").unwrap();
        sheet.write(1, 0, 17).unwrap();
        sheet.write(2, 1, "0125400002").unwrap();
        sheet.write(2, 0, Formula::new("=A2")).unwrap();
        sheet.set_row_hidden(9).unwrap();
    });
    assert_eq!(ids_of(bytes, None, Some("userid")).map(|ids| ids.len()), Ok(2));
}

/// A workbook whose XML of its first sheet is edited, for what the crate that writes it does not write.
fn edited(book: Vec<u8>, from: &str, to: &str) -> Vec<u8> {
    const SHEET: &str = "xl/worksheets/sheet1.xml";
    let mut book = zip::ZipArchive::new(Cursor::new(book)).unwrap();
    let mut xml = String::new();
    book.by_name(SHEET).unwrap().read_to_string(&mut xml).unwrap();
    assert!(xml.contains(from), "{xml}");
    let mut copy = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for index in 0..book.len() {
        let file = book.by_index_raw(index).unwrap();
        if file.name().unwrap() != SHEET {
            copy.raw_copy_file(file).unwrap();
        }
    }
    copy.start_file(SHEET, zip::write::SimpleFileOptions::default()).unwrap();
    copy.write_all(xml.replace(from, to).as_bytes()).unwrap();
    copy.finish().unwrap().into_inner()
}

#[test]
fn what_a_formula_in_another_cell_fills_is_refused() {
    let filled = |last_row, first_column, last_column| {
        let list = sheet(&["name", "userid", "note"], |sheet| {
            let formula = "=FILTER(H1:J9,K1:K9)";
            sheet
                .write_dynamic_array_formula(1, first_column, last_row, last_column, formula)
                .unwrap();
            for row in 1..=3 {
                sheet.write(row, 1, format!("012540000{row}")).unwrap();
            }
        });
        ids_of(list, None, Some("userid"))
    };
    let found = filled(2, 0, 1).unwrap_err();
    let what = "a formula that fills several cells (A2:B3) has made it, and it may be out of date";
    assert_eq!(found, format!("cell B2: {what}; cell B3: {what} | {AS_VALUES}"));
    assert_eq!(filled(3, 2, 2).map(|ids| ids.len()), Ok(3), "it fills another column");
}

#[test]
fn a_formula_is_refused_without_its_text_too() {
    let written = "<c r=\"B3\"><f>X1</f>";
    let cell = |formula: &str| format!("<c r=\"B3\" t=\"str\">{formula}");
    let list = sheet(&["name", "userid"], |sheet| {
        sheet.write(1, 1, "0125400001").unwrap();
        sheet.write(2, 1, Formula::new("=X1").set_result("0125400002")).unwrap();
        sheet.write(3, 1, "0125400003").unwrap();
    });
    for (formula, refused) in [
        ("<f/>", "B3"),
        ("<f></f>", "B3"),
        ("<f t=\"shared\" si=\"0\"/>", "B3"),
        ("<f t=\"dataTable\" ref=\"B3:B4\" r1=\"D1\"/>", "B3 B4"),
        ("<f t=\"array\" ref=\"B3:B4\">X1</f>", "B3 B4"),
        // What is shared stands in each of its cells; another one was typed over.
        ("<f t=\"shared\" si=\"0\" ref=\"B3:B4\">X1</f>", "B3"),
    ] {
        let found = ids_of(edited(list.clone(), written, &cell(formula)), None, Some("userid"));
        let found = found.unwrap_err();
        let cells = found.split("cell ").skip(1).filter_map(|it| it.split(':').next());
        assert_eq!(cells.collect::<Vec<_>>().join(" "), refused, "{formula}: {found}");
        assert!(found.contains("may be out of date"), "{formula}: {found}");
    }
    let odd = edited(list, written, &cell("<f t=\"array\" ref=\"B\">X1</f>"));
    let found = ids_of(odd, None, Some("userid")).unwrap_err();
    assert!(found.starts_with("the workbook cannot be read: "), "{found}");
}

#[test]
fn a_row_without_height_is_hidden() {
    let list = sheet(&["userid"], |sheet| {
        sheet.write(1, 0, "0125400001").unwrap();
        sheet.set_row_height(2, 33).unwrap();
        sheet.write(2, 0, "0125400002").unwrap();
    });
    let found = ids_of(edited(list, "ht=\"33\"", "ht=\"0\""), None, Some("userid")).unwrap_err();
    assert!(found.starts_with("cell A3: its row is hidden"), "{found}");
}

#[test]
fn rows_that_a_filter_took_out_are_refused() {
    let bytes = sheet(&["status", "userid"], |sheet| {
        for (row, status) in (1..).zip(["left", "here", "left"]) {
            sheet.write(row, 0, status).unwrap();
            sheet.write(row, 1, format!("012540000{row}")).unwrap();
        }
        sheet.autofilter(0, 0, 3, 1).unwrap();
        let left = rust_xlsxwriter::FilterCondition::new().add_list_filter("left");
        sheet.filter_column(0, &left).unwrap();
    });
    let found = ids_of(bytes, None, Some("userid")).unwrap_err();
    assert_eq!(
        found,
        format!(
            "cell B3: its row is hidden, perhaps by a filter, so it may not be meant | {SHOW_ROWS}"
        )
    );
}

#[test]
fn headings_that_come_again_are_refused() {
    let bytes = sheet(&["name", "userid"], |sheet| {
        sheet.write(1, 1, "0125400001").unwrap();
        sheet.write(2, 0, "userid").unwrap();
        sheet.write(2, 1, "name").unwrap();
    });
    let found = ids_of(bytes, None, Some("userid")).unwrap_err();
    assert!(found.starts_with("cell B3: this is a heading again"), "{found}");
}

#[test]
fn one_column_has_to_have_the_name() {
    let bytes = sheet(&["name", "userid", "UserID", "userid "], |sheet| {
        sheet.write(1, 1, "0125400001").unwrap();
    });
    let found = ids_of(bytes.clone(), None, Some("userid")).unwrap_err();
    assert!(found.starts_with("more than one column userid; the columns are name, "), "{found}");
    let found = ids_of(bytes.clone(), None, Some("id")).unwrap_err();
    assert!(found.starts_with("no column id; the columns are name, userid, UserID"), "{found}");
    let found = ids_of(bytes, None, None).unwrap_err();
    assert!(found.ends_with("Say which column has the ids: --column NAME."), "{found}");
    let bytes = sheet(&["Jane", "0125400001"], |_| {});
    let found = ids_of(bytes, None, Some("userid")).unwrap_err();
    assert!(found.contains("row 1 looks like data"), "{found}");
    assert!(!found.contains("Jane"), "{found}");
}

#[test]
fn titles_may_stand_above_the_headings() {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    sheet.merge_range(0, 0, 0, 2, "Leavers of January", &Format::new()).unwrap();
    sheet.write(2, 1, "name").unwrap();
    sheet.write(2, 2, "userid").unwrap();
    sheet.write(3, 2, "0125400001").unwrap();
    let bytes = book.save_to_buffer().unwrap();
    assert_eq!(ids_of(bytes.clone(), None, Some("userid")), Ok(vec!["0125400001".to_owned()]));
    let found = ids_of(bytes, None, Some("id")).unwrap_err();
    assert!(found.starts_with("no column id; the columns are name, userid |"), "{found}");
}

#[test]
fn the_sheet_is_named_where_several_have_cells() {
    let mut book = Workbook::new();
    for (name, id) in [("一月", Some("0125400001")), ("二月", Some("0125400002")), ("空", None)]
    {
        let sheet = book.add_worksheet().set_name(name).unwrap();
        if let Some(id) = id {
            sheet.write(0, 0, "userid").unwrap();
            sheet.write(1, 0, id).unwrap();
        }
    }
    let bytes = book.save_to_buffer().unwrap();
    let ids = |sheet| ids_of(bytes.clone(), sheet, Some("userid"));
    assert_eq!(ids(Some("二月")), Ok(vec!["0125400002".to_owned()]));
    let found = ids(None).unwrap_err();
    assert_eq!(
        found,
        "it has several sheets: 一月, 二月 | Say which one has the ids: --sheet NAME."
    );
    assert!(
        ids(Some("三月")).unwrap_err().starts_with("no sheet 三月; the sheets are 一月, 二月, 空")
    );
    assert!(ids(Some("空")).unwrap_err().starts_with("the sheet is empty"));
    let empty = sheet(&[], |_| {});
    assert!(ids_of(empty, None, Some("x")).unwrap_err().starts_with("the workbook is empty"));
}

#[test]
fn columns_have_letters() {
    for (column, name) in
        [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ"), (702, "AAA"), (16383, "XFD")]
    {
        assert_eq!(letters(column), name);
    }
}

#[test]
fn what_cannot_be_read_is_refused_in_words() {
    let whole = sheet(&["userid"], |sheet| _ = sheet.write(1, 0, "0125400001").unwrap());
    let mut random = fastrand::Rng::with_seed(11);
    for _ in 0..400 {
        let mut bytes = whole.clone();
        if random.bool() {
            bytes.truncate(random.usize(4..bytes.len()));
        } else {
            for _ in 0..random.usize(1..8) {
                let at = random.usize(4..bytes.len());
                bytes[at] = random.u8(..);
            }
        }
        match ids_of(bytes, None, Some("userid")) {
            Ok(ids) => assert_eq!(ids, ["0125400001"]),
            Err(said) => assert!(!said.ends_with("| ") && said.len() < 600, "{said}"),
        }
    }
}
