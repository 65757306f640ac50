"""Every command but `run`, as a user types it: what it says, where, and with which exit status."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import bayescarbon
from bayescarbon.accounting.frameworks import frameworks
from bayescarbon.evidence.quantities import quantities
from bayescarbon.study.rules import rules
from tests.cli.conftest import Run, write_study

COMMANDS = ("init", "check", "run", "plan", "priors", "frameworks", "rules", "discounts", "show", "trace")


def test_help_names_every_command(shell: Run) -> None:
    done = shell("--help")
    assert done.returncode == 0
    assert done.stderr == ""
    for command in COMMANDS:
        assert f"\n    {command} " in done.stdout
    assert "Exit status" in done.stdout


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_has_help(cli: Run, command: str) -> None:
    done = cli(command, "--help")
    assert done.returncode == 0
    assert "--json" in done.stdout


def test_version(shell: Run) -> None:
    assert shell("--version").stdout == f"bayescarbon {bayescarbon.__version__}\n"


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        ([], "COMMAND"),
        (["rnu", "x"], "Did you mean 'run'?"),
        (["run"], "STUDY"),
        (["run", "x", "--draws", "0"], "at least 4"),
        (["run", "x", "--chains", "two"], "not a whole number"),
        (["run", "x", "--seed", "-1"], "--seed"),
        (["run", "x", "--language", "fr"], "zh"),
        (["run", "x", "--sed", "1"], "--sed"),
        (["check", "x", "y"], "y"),
        (["priors", "shell_carbn"], "Did you mean 'shell_carbon'?"),
        (["frameworks", "stok_change"], "Did you mean 'stock_change'?"),
        (["rules", "vcs_mr25"], "Did you mean 'vcs_mr24'?"),
        (["rules", "zzz"], "`bayescarbon rules` lists them"),
    ],
)
def test_usage_errors(cli: Run, words: list[str], hint: str) -> None:
    done = cli(*words)
    assert done.returncode == 2
    assert hint in done.stderr
    assert done.stdout == ""
    assert "Traceback" not in done.stderr


# A run of English words; names, options and what is typed stand between back quotes or are single words.
PROSE = re.compile(r"(?:\b[a-z]{2,} ){3,}")


class TestInChinese:
    @pytest.mark.parametrize("command", ["", *COMMANDS])
    def test_help(self, cli: Run, command: str) -> None:
        """By the locale, or by the option wherever it stands."""
        done = cli(*filter(None, [command]), "--help", LC_ALL="zh_CN.UTF-8")
        assert done.returncode == 0
        assert "用法：" in done.stdout
        assert PROSE.search(re.sub(r"bayescarbon \w+ my-farm", "", done.stdout)) is None
        if command:
            assert cli(command, "--help", "--language", "zh").stdout == done.stdout
            assert cli(command, "--language=zh", "--help").stdout == done.stdout

    @pytest.mark.parametrize(
        ("words", "said"),
        [
            (["run"], "缺少：STUDY。"),
            (["rnu", "x"], "没有 'rnu'"),
            (["run", "x", "--draws", "0"], "--draws：0 过小：至少为 4。"),
            (["run", "x", "--chains", "two"], "'two' 不是整数"),
            (["run", "x", "--seed"], "--seed 需要一个值。"),
            (["run", "x", "--quiet=3"], "--quiet 不带值。"),
            (["run", "x", "--sed", "1"], "无法识别：--sed 1。"),
            (["plan", "x", "--budget", "-1"], "--budget：-1 不能作为预算"),
        ],
    )
    def test_usage_errors(self, cli: Run, words: list[str], said: str) -> None:
        done = cli(*words, LC_ALL="zh_CN.UTF-8")
        assert done.returncode == 2
        assert said in done.stderr
        assert PROSE.search(done.stderr) is None


class TestLight:
    """What people type most must not wait for a sampler; sys.modules is read inside the process that ran."""

    HEAVY = ("pymc", "pytensor", "nutpie", "numba", "arviz_base", "arviz_stats", "matplotlib", "xarray")

    @pytest.mark.parametrize(
        "words",
        [("--help",), ("check", "STUDY"), ("priors",), ("frameworks",), ("rules",), ("rules", "fcpf")],
    )
    def test_command(self, shell: Run, study: Path, tmp_path: Path, words: tuple[str, ...]) -> None:
        words = tuple(str(study) if word == "STUDY" else word for word in words)
        # sitecustomize is imported by every interpreter that finds it: it reports what was loaded at the end.
        report = tmp_path / "modules.txt"
        (tmp_path / "sitecustomize.py").write_text(
            "import atexit, sys\n"
            f"atexit.register(lambda: open({str(report)!r}, 'w').write('\\n'.join(sys.modules)))\n"
        )
        path = os.pathsep.join([str(tmp_path), *filter(None, [os.environ.get("PYTHONPATH")])])
        assert shell(*words, PYTHONPATH=path).returncode == 0
        loaded = set(report.read_text().splitlines())
        assert "bayescarbon.cli" in loaded
        assert loaded & set(self.HEAVY) == set()
        if words[0] in ("--help", "rules"):
            assert loaded & {"pandas", "numpy", "scipy", "pint", "pydantic", "rich"} == set()


class TestPlanRefuses:
    def test_a_study_without_costs_and_price(self, cli: Run, study: Path) -> None:
        done = cli("plan", study, "--budget", "100")
        assert done.returncode == 1
        assert "sampling: a plan weighs what samples cost" in done.stderr
        assert "add [credit_price]" in done.stderr
        assert done.stderr.count("\n") <= 5

    @pytest.mark.parametrize("budget", ["-1", "inf", "nan", "much"])
    def test_what_is_no_budget(self, cli: Run, study: Path, budget: str) -> None:
        done = cli("plan", study, f"--budget={budget}")
        assert done.returncode == 2
        assert "--budget" in done.stderr

    def test_unknown_names(self, cli: Run, study: Path) -> None:
        done = cli("plan", study, "--budget", "1", "--framework", "stock_chang")
        assert done.returncode == 2 and "stock_change" in done.stderr
        done = cli("plan", study, "--budget", "1", "--rule", "vcs_mr42")
        assert done.returncode == 2 and "vcs_mr24" in done.stderr
        done = cli("plan", study, "--budget", "1", "--rule", "vmd0017")
        assert done.returncode == 2 and "'vmd0017' is not verified" in done.stderr


def test_bytecode_is_kept_also_where_python_is_told_not_to(shell: Run, study: Path, tmp_path: Path) -> None:
    kept = tmp_path / "bytecode"
    done = shell("check", study, PYTHONDONTWRITEBYTECODE="1", PYTHONPYCACHEPREFIX=str(kept))
    assert done.returncode == 0
    names = {path.name.split(".")[0] for path in kept.rglob("*.pyc")}
    assert {"validate", "registry"} <= names, "neither ours nor those of the libraries"


def test_check_says_what_will_be_used(shell: Run, study: Path) -> None:
    done = shell("check", study)
    assert done.returncode == 0, done.stderr
    assert "Two bays 两个海湾" in done.stdout
    assert "east-2020" in done.stdout
    (row,) = [line.split() for line in done.stdout.splitlines() if line.strip().startswith("shell_carbon ")]
    assert row[-4] == "2"
    assert not (study / "results").exists()


def test_check_maps_synonyms_aloud(cli: Run, study: Path) -> None:
    harvest = study / "harvest.csv"
    harvest.write_text(
        harvest.read_text(encoding="utf-8").replace("Chlamys farreri", "栉孔扇贝"), encoding="utf-8"
    )
    done = cli("check", study)
    assert done.returncode == 0, done.stderr
    assert "栉孔扇贝" in done.stdout
    assert "farreri" in done.stdout


def test_check_json(cli: Run, study: Path) -> None:
    done = cli("check", "--json", study)
    content = json.loads(done.stdout)
    assert content["status"] == 0
    assert [batch["batch"] for batch in content["batches"]] == ["east-2020", "west-2020"]
    counts = {row["quantity"]: row for row in content["evidence"]}
    assert counts["shell_carbon"]["own"] == 2
    assert counts["burial_fraction"]["own"] == 1
    assert counts["shell_carbon"]["literature"] > 0
    assert set(counts) >= set(quantities())


def test_check_counts_what_was_measured_beside_the_evidence(cli: Run, study: Path) -> None:
    tables = {
        "traps": (
            "trap,site,kind,dry_mass_mg,days,species,individuals,area_m2\n"
            "T1,east,farm,9000,2,Chlamys farreri,40,0.05\nT2,west,farm,7000,2,Crassostrea gigas,30,0.05\n"
            "C1,east,control,1500,2,,,0.05\nC2,west,control,1200,2,,,0.05\n"
        ),
        "fouling": (
            "gear,site,species,taxon,fresh_mass_kg\n"
            "G1,east,Chlamys farreri,host,8.4\nG1,east,Chlamys farreri,mussel,1.1\n"
        ),
        "air_sea": "site,co2_flux,unit\neast,12,t C/yr\neast,9,t C/yr\neast,10,t C/yr\n",
    }
    for name, rows in tables.items():
        (study / f"{name}.csv").write_text(rows, encoding="utf-8")
    done = cli("check", study)
    assert done.returncode == 0, done.stderr
    told = {
        line.split("  ")[1]: " ".join(line.split())
        for line in done.stdout.splitlines()
        if line.startswith("  ")
    }
    assert told["traps"].startswith("traps 4 traps 2 sites ")
    assert told["fouling"].startswith("fouling 1 gears 1 site ")  # two rows, one gear
    assert told["air_sea"].startswith("air_sea 3 fluxes 1 site ")
    assert "oxygen" not in told
    content = json.loads(cli("check", "--json", study).stdout)
    counted = {row["table"]: (row["count"], row["what"], row["sites"]) for row in content["measured"]}
    assert counted == {"traps": (4, "traps", 2), "fouling": (1, "gears", 1), "air_sea": (3, "fluxes", 1)}


def test_check_sets_aside_what_a_budget_of_the_same_source_informs(cli: Run, study: Path) -> None:
    def counted() -> dict[str, int]:
        return {row["quantity"]: row["literature"] for row in json.loads(done.stdout)["evidence"]}

    done = cli("check", study, "--json")
    before = counted()
    (study / "budget.csv").write_text(
        "individual,species,site,tissue_mgc,shell_mgc,deposited_mgc,released_mgc,source,cycle_days\n"
        "A1,Ruditapes philippinarum,east,100,200,400,300,jiaozhou_clam_carbon_2009,365\n",
        encoding="utf-8",
    )
    done = cli("check", study, "--json")
    # A composite without a row is not listed.
    after = dict.fromkeys(before, 0) | counted()
    lost = {name: count - after[name] for name, count in before.items() if count != after[name]}
    assert lost == {"shell_carbon": 1, "tissue_carbon": 1, "whole_body_carbon": 1}
    (warning,) = [one for one in json.loads(done.stdout)["warnings"] if one["table"] == "budget"]
    assert "3 literature rows are left out" in warning["message"]
    assert "3 literature rows are left out" in cli("check", study).stdout


def test_check_without_such_tables_says_nothing_of_them(cli: Run, study: Path) -> None:
    assert "Measurements" not in cli("check", study).stdout
    assert json.loads(cli("check", "--json", study).stdout)["measured"] == []


def test_check_names_replaced_priors(cli: Run, study: Path) -> None:
    with (study / "study.toml").open("a", encoding="utf-8") as stream:
        stream.write('[priors.burial_fraction]\nq05 = 0.03\nq50 = 0.08\nq95 = 0.2\nreason = "cores nearby"\n')
    done = cli("check", study)
    assert done.returncode == 0, done.stderr
    assert "cores nearby" in done.stdout
    content = json.loads(cli("--json", "check", study).stdout)
    assert content["priors"]["burial_fraction"]["q95"] == 0.2
    assert {row["prior"] for row in content["evidence"] if row["quantity"] == "burial_fraction"} == {"study"}


@pytest.mark.parametrize("command", ["check", "run"])
def test_every_problem_is_listed_once_and_counted(cli: Run, study: Path, command: str) -> None:
    harvest = study / "harvest.csv"
    wrong = harvest.read_text(encoding="utf-8").replace("120,500", "-120,0").replace("gigas", "gigass")
    harvest.write_text(wrong, encoding="utf-8")
    done = cli(command, study)
    assert done.returncode == 1
    assert done.stdout == ""
    lines = done.stderr.splitlines()
    told = [line for line in lines if line.startswith("harvest")]
    assert len(told) >= 3
    assert f"{len(told)} problems. Nothing was written" in lines[-1]
    assert "Traceback" not in done.stderr
    assert not (study / "results").exists()


def test_problems_as_json(cli: Run, study: Path) -> None:
    harvest = study / "harvest.csv"
    harvest.write_text(harvest.read_text(encoding="utf-8").replace("120,500", "-120,500"), encoding="utf-8")
    done = cli("check", study, "--json")
    assert done.returncode == 1
    content = json.loads(done.stdout)
    assert content["status"] == 1
    (problem,) = content["problems"]
    assert problem["row"] == 2
    assert problem["column"] == "harvest_t"
    assert problem["value"] == "-120"


@pytest.mark.parametrize("command", ["check", "run", "show"])
def test_a_path_that_is_not_there(cli: Run, tmp_path: Path, command: str) -> None:
    done = cli(command, tmp_path / "nowhere")
    assert done.returncode == 1
    assert "nowhere" in done.stderr
    assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_an_out_that_cannot_be_written_is_refused_before_the_fit(cli: Run, study: Path) -> None:
    (study.parent / "file").write_text("in the way")
    done = cli("run", study, "--out", study.parent / "file" / "results")
    assert done.returncode == 1
    assert "Nothing was written" in done.stderr
    assert "Traceback" not in done.stderr
    assert "sampling" not in done.stderr


def test_an_out_with_foreign_files_is_refused_before_the_fit(cli: Run, study: Path) -> None:
    before = {path.name: path.read_bytes() for path in study.iterdir()}
    done = cli("run", study, "--out", study)
    assert done.returncode == 1
    assert "harvest.csv" in done.stderr
    assert {path.name: path.read_bytes() for path in study.iterdir()} == before


def test_priors_lists_all(cli: Run) -> None:
    done = cli("priors")
    assert done.returncode == 0
    first = {line.split(" ")[0].split("[")[0] for line in done.stdout.splitlines() if line}
    assert set(quantities()) <= first
    assert "isotope_enrichment[aragonite]" in done.stdout


def test_priors_explains_one(cli: Run) -> None:
    done = cli("priors", "shell_carbon")
    assert done.returncode == 0, done.stderr
    quantity = quantities()["shell_carbon"]
    told = " ".join(done.stdout.split())
    assert " ".join(quantity.definition.split()) in told
    assert " ".join(quantity.reason.split()) in told
    for source in quantity.sources:
        assert f"{source}:" in told
    assert "Evidence from the literature" in told


@pytest.mark.parametrize("name", ["carbon_per_live", "isotope_enrichment", "fouler_mix", "baseline_share"])
def test_priors_of_special_shape(cli: Run, name: str) -> None:
    done = cli("priors", name)
    assert done.returncode == 0, done.stderr
    assert name in done.stdout
    assert re.search(r"\bnan\b", done.stdout) is None


def test_priors_json(cli: Run) -> None:
    listed = json.loads(cli("priors", "--json").stdout)
    assert [row["name"] for row in listed] == list(quantities())
    one = json.loads(cli("priors", "burial_fraction", "--json").stdout)
    stated = quantities()["burial_fraction"].prior
    assert one["priors"]["burial_fraction"] == {"q05": stated.q05, "q50": stated.q50, "q95": stated.q95}
    assert {row["quantity"] for row in one["evidence"]} == {"burial_fraction"}


def test_frameworks_lists_all(cli: Run) -> None:
    lines = cli("frameworks").stdout.splitlines()
    assert [line.split()[0] for line in lines[1 : len(frameworks()) + 1]] == list(frameworks())


def test_frameworks_explains_one(cli: Run) -> None:
    done = cli("frameworks", "shell_net_calcification")
    assert done.returncode == 0
    assert "  + shell_organic\n" in done.stdout
    assert "  - calcification_co2\n" in done.stdout
    weights = json.loads(cli("frameworks", "life_cycle", "--json").stdout)["weights"]
    assert weights["operations"] == -1
    assert weights["buried"] == 1


def test_rules_lists_all_with_one_line_each(cli: Run) -> None:
    lines = cli("rules").stdout.splitlines()
    listed = [line.split()[:2] for line in lines[1 : len(rules()) + 1]]
    assert listed == [[rule.name, rule.confidence] for rule in rules().values()]
    assert max(len(line) for line in lines) <= 110


@pytest.mark.parametrize("name", rules())
def test_rules_explains_each(cli: Run, name: str) -> None:
    rule = rules()[name]
    done = cli("rules", name)
    assert done.returncode == 0
    told = " ".join(done.stdout.split())
    for part in (f"{name}: {rule.title}", rule.document, rule.version, rule.section, f"{rule.confidence}: "):
        assert part in told
    assert " ".join(rule.formula.split()) in told
    assert ("Thresholds" in told) == rule.computable
    assert ("define an own rule" in told) != rule.computable


def test_rules_shows_thresholds(cli: Run) -> None:
    lines = [" ".join(line.split()) for line in cli("rules", "fcpf").stdout.splitlines()]
    assert any(line.startswith("edges 0.15, 0.3, 0.6, 1 Upper ends") for line in lines)
    assert any(line.startswith("relative_to median The centre") for line in lines)
    assert any(line.startswith("cumulative true ") for line in [
        " ".join(line.split()) for line in cli("rules", "vm0033").stdout.splitlines()
    ])  # fmt: skip


def test_rules_json(cli: Run) -> None:
    listed = json.loads(cli("rules", "--json").stdout)
    assert [row["rule"] for row in listed] == list(rules())
    one = json.loads(cli("rules", "vcs_mr24", "--json").stdout)
    assert one == listed[list(rules()).index("vcs_mr24")]
    assert one["thresholds"] == dict(rules()["vcs_mr24"].thresholds)
    assert (one["document"], one["version"], one["section"]) == ("VCS Methodology Requirements", "4.4", "2.4")


@pytest.mark.parametrize("form", [[], ["--xlsx"]])
def test_init_writes_what_check_reads(cli: Run, tmp_path: Path, form: list[str]) -> None:
    done = cli("init", tmp_path / "farm", *form)
    assert done.returncode == 0, done.stderr
    path = done.stdout.split("Written: ")[1].splitlines()[0]
    assert Path(path).exists()
    checked = cli("check", path)
    # A template has nothing filled in: it is refused for that, row by row, and for nothing else.
    assert checked.returncode in (0, 1)
    assert "Traceback" not in checked.stderr


def test_init_from_an_example_passes_the_check(cli: Run, tmp_path: Path) -> None:
    done = cli("init", tmp_path / "farm", "--example", "yunxi")
    assert done.returncode == 0, done.stderr
    assert cli("check", tmp_path / "farm").returncode == 0


def test_init_does_not_write_over_a_study(cli: Run, study: Path) -> None:
    before = {path.name: path.read_bytes() for path in study.iterdir()}
    done = cli("init", study)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert {path.name: path.read_bytes() for path in study.iterdir()} == before


def test_init_with_an_unknown_example(cli: Run, tmp_path: Path) -> None:
    done = cli("init", tmp_path / "farm", "--example", "yunxy")
    assert done.returncode in (1, 2)
    assert "yunxi" in done.stderr
    assert not (tmp_path / "farm").exists()


def test_a_reader_that_leaves_early_is_no_error(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "bayescarbon.cli", "priors"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert process.stdout is not None
    process.stdout.close()
    _, error = process.communicate(timeout=60)
    assert b"Error" not in error
    assert process.returncode == 0


def test_a_terminal_without_chinese(shell: Run, study: Path) -> None:
    done = shell("check", study, PYTHONIOENCODING="ascii")
    assert done.returncode == 0, done.stderr
    assert "Two bays ????" in done.stdout


def test_quiet_says_nothing_when_all_is_well(cli: Run, study: Path) -> None:
    done = cli("--quiet", "check", study)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_the_verb_fit_survives_the_import_of_its_module() -> None:
    code = (
        "from bayescarbon.fit import Fit; import bayescarbon as bc; assert callable(bc.fit) and bc.Fit is Fit"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr


class TestLanguage:
    """The locale chooses, `--language` overrules it, and numbers and names are the same in both."""

    @pytest.mark.parametrize(
        ("words", "chinese"),
        [
            (["rules"], "核实程度"),
            (["rules", "posterior_q10"], "参数值"),
            (["frameworks"], "核算内容"),
            (["frameworks", "stock_change"], "计入的碳收支项"),
            (["priors"], "新养殖场"),
            (["priors", "burial_fraction"], "理由"),
            (["discounts"], "保守性折扣"),
        ],
    )
    def test_lists(self, cli: Run, words: list[str], chinese: str) -> None:
        by_locale = cli(*words, LC_ALL="zh_CN.UTF-8")
        assert by_locale.returncode == 0
        assert chinese in by_locale.stdout
        assert chinese not in cli(*words).stdout
        assert chinese in cli(*words, "--language", "zh").stdout
        assert chinese not in cli(*words, "--language", "en", LC_ALL="zh_CN.UTF-8").stdout

    def test_unknown_name(self, cli: Run) -> None:
        done = cli("rules", "vcs_mr25", "--language", "zh")
        assert done.returncode == 2
        assert (
            done.stderr
            == "没有名为 'vcs_mr25' 的扣减规则。 是否为 'vcs_mr24'？ 可用 `bayescarbon rules` 列出全部。\n"
        )

    def test_check(self, cli: Run, tmp_path: Path) -> None:
        study = write_study(tmp_path / "farm")
        done = cli("check", study, "--language", "zh")
        assert done.returncode == 0, done.stderr
        assert "没有需要拒绝之处" in done.stdout
        assert "harvest，第 2 行，列 species：'Chlamys farreri'：按 Azumapecten farreri 读取。" in done.stdout
        record = json.loads(cli("check", study, "--language", "zh", "--json").stdout)
        assert record["warnings"][0]["message"].startswith("按 Azumapecten farreri 读取。")

    def test_a_refusal_names_table_row_and_column(self, cli: Run, tmp_path: Path) -> None:
        study = write_study(tmp_path / "farm")
        broken = (study / "harvest.csv").read_text(encoding="utf-8").replace(",120,", ",-120,")
        (study / "harvest.csv").write_text(broken, encoding="utf-8")
        done = cli("check", study, LC_ALL="zh_CN.UTF-8")
        assert done.returncode == 1
        assert "harvest，第 2 行，列 harvest_t：'-120'：须大于 0。" in done.stderr
        assert "共 1 个问题。未写入任何内容。" in done.stderr
        record = json.loads(cli("check", study, "--json", "--language", "zh").stdout)
        assert record["problems"] == [
            {"table": "harvest", "row": 2, "column": "harvest_t", "value": "-120", "message": "须大于 0。"}
        ]

    def test_init(self, cli: Run, tmp_path: Path) -> None:
        assert cli("init", tmp_path / "farm", "--language", "zh").stdout.startswith("已写入：")
        again = cli("init", tmp_path / "farm", "--language", "zh")
        assert again.returncode == 1
        assert "不是空文件夹" in again.stderr
