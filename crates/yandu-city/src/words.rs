//! Words that addresses and names are put together from, encoded once.

use crate::term::Term;

macro_rules! words {
    ($($name:ident $text:literal;)*) => {
        pub(crate) struct Words {
            $(pub(crate) $name: Term,)*
        }

        impl Words {
            pub(crate) fn new() -> Self {
                Self {
                    $($name: Term::new($text),)*
                }
            }
        }
    };
}

words! {
    number "号";
    block "幢";
    unit "单元";
    room "室";
    group "组";
    dot "·";
    entrance "(东门,二楼)";
    nowhere_road "无名路";
    limited "有限公司";
    by_shares "股份有限公司";
    partnership "合伙企业";
    cooperative "农民专业合作社";
    shop "经营部";
    branch "分公司";
    dwelling "住宅";
    commerce "商业";
    office "办公";
    industry "工业";
    other "其他";
    in_operation "存续";
    in_business "在业";
    closed "注销";
    revoked "吊销";
    moved_out "迁出";
    kind_limited "有限责任公司";
    kind_natural "有限责任公司（自然人投资或控股）";
    kind_one_person "有限责任公司（自然人独资）";
    kind_by_shares "股份有限公司";
    kind_partnership "合伙企业";
    kind_sole "个人独资企业";
    kind_branch "分支机构";
    kind_foreign "外商投资企业";
    kind_cooperative "农民专业合作社";
    kind_individual "个体工商户";
}
