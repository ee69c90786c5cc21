use super::readers::{read, text_of, without_blanks};
use super::site::{brief, fonts};
use crate::{Block, to_docx, to_pdf};

#[test]
fn a_document_of_word_has_all_of_the_text_and_the_same_bytes_each_time() {
    let document = brief();
    let bytes = to_docx(&document).unwrap();
    assert!(bytes == to_docx(&document).unwrap());
    let Some(read) = read("docx", &bytes) else {
        return;
    };
    assert_eq!(read["title"], document.title());
    assert_eq!(read["author"], document.signature.clone().unwrap());
    assert_eq!(read["taken"], document.taken.clone().unwrap());
    let paragraphs: Vec<&str> = read["paragraphs"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|one| one.as_str().filter(|text| !text.is_empty()))
        .collect();
    let mut expected = vec![
        document.title.clone(),
        format!("{}：", document.recipients.as_ref().unwrap()),
    ];
    for (number, block) in document.numbered() {
        if !matches!(block, Block::Table(_)) {
            let text: String = block.runs().map(|run| run.text.as_str()).collect();
            expected.push(format!("{number}{text}"));
        }
    }
    expected.push(document.signature.clone().unwrap());
    expected.push("2026年7月3日".to_owned());
    assert_eq!(paragraphs, expected);
    assert_eq!(
        read["tables"][0][0],
        serde_json::json!(["要点", "指标", "实际值"])
    );
    let notes = document.notes();
    let address = notes[0].address.clone().unwrap();
    assert_eq!(read["notes"][0], format!(" {} {address}", notes[0].text));
    assert_eq!(read["notes"][1], " 按文件原文");
    assert_eq!(read["links"], 1);
}

#[test]
fn a_pdf_has_all_of_the_text_fonts_of_its_own_and_links_of_footnotes() {
    let Some(fonts) = fonts() else { return };
    let document = brief();
    let pdf = to_pdf(&document, &fonts).unwrap();
    let Some(read) = read("pdf", &pdf.bytes) else {
        return;
    };
    assert_eq!(read["title"], document.title());
    assert_eq!(read["author"], document.signature.clone().unwrap());
    assert_eq!(read["taken"], document.taken.clone().unwrap());
    assert_eq!(read["tagged"], true);
    assert_eq!(read["pages"].as_array().unwrap().len(), pdf.pages);
    let sizes = read["sizes"].as_array().unwrap();
    assert_eq!(sizes.len(), pdf.pages);
    for size in sizes {
        assert!((size[0].as_f64().unwrap() - 595.28).abs() < 0.1, "{size}");
        assert!((size[1].as_f64().unwrap() - 841.89).abs() < 0.1, "{size}");
    }
    let fonts = read["fonts"].as_object().unwrap();
    assert!(
        fonts.len() >= 3 && fonts.values().all(|is_embedded| *is_embedded == true),
        "{fonts:?}"
    );
    assert!(read["links"].as_u64().unwrap() >= 1);
    let text = text_of(&read);
    for (number, block) in document.numbered() {
        for run in block.runs() {
            let run = without_blanks(&run.text);
            assert!(text.contains(&run), "{run} is not in\n{text}");
        }
        assert!(text.contains(&number));
    }
    for part in ["新增5G基站305座[1]，目标300座[2]，", "—1—", "2026年7月3日"] {
        assert!(text.contains(part), "{part} is not in\n{text}");
    }
    assert!(!text.contains("凭证"), "a page is that of a draft:\n{text}");
}
