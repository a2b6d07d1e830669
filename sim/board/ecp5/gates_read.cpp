// SPDX-License-Identifier: Apache-2.0
// gates_read.cpp - gates.h: a file of lines becomes cells, and cells get their levels.
#include <algorithm>
#include <fstream>
#include <map>
#include <random>
#include <sstream>
#include <stdexcept>
#include "gates.h"

namespace {
// `count` nets of a line.
void nets(std::istream &in, int *to, int count)
{
    for (int i = 0; i < count; i++) in >> to[i];
}
}  // namespace

Gates::Gates(const std::string &path, uint32_t seed)
{
    std::ifstream in(path);
    if (!in) throw std::runtime_error(path + ": cannot be read");
    parse(in);
    order();
    std::mt19937 random(seed);
    for (const Flop &f : flops_) v_[f.q] = random() & 1;
    for (Cell &c : cells_)
        if (c.kind == RAM) c.init = static_cast<uint16_t>(random());
    for (Bram &r : brams_) {
        for (uint32_t &word : r.mem) word = random() & 0x3ffff;
        for (auto &q : r.q)
            for (int net : q)
                if (net >= 0) v_[net] = random() & 1;
    }
    for (size_t i = 0; i < dirty_.size(); i++) dirty_[i] = 1, woken_.push_back(static_cast<int>(i));
    for (size_t i = 0; i < cells_.size(); i++) touch(static_cast<int>(i));
}

void Gates::parse(std::istream &in)
{
    std::map<int, size_t> by_enable;
    std::string text, kind;
    size_t number = 0, count = 0;
    auto comb = [&](std::istream &line, Kind k, unsigned init, bool inject, int ins, int outs) {
        cells_.push_back({k, static_cast<uint16_t>(init), inject, 0, static_cast<int>(pins_.size()), ins, outs});
        pins_.resize(pins_.size() + ins + outs);
        nets(line, &pins_[cells_.back().first], ins + outs);
    };
    while (std::getline(in, text)) {
        std::istringstream line(text);
        unsigned init = 0;
        bool inject = false;
        number++;
        line >> kind;
        if (kind == "nets") line >> count;
        else if (kind == "lut") line >> init, comb(line, LUT, init, false, 4, 1);
        else if (kind == "carry") line >> init >> inject, comb(line, CARRY, init, inject, 5, 2);
        else if (kind == "mult") comb(line, MULT, 0, false, 38, 36);
        else if (kind == "ram") {
            comb(line, RAM, 0, false, 4, 1);
            const int pin = static_cast<int>(pins_.size());
            int wre = 0;
            pins_.resize(pins_.size() + 5);
            nets(line, &pins_[pin], 5), line >> wre;
            if (by_enable.emplace(wre, writes_.size()).second) writes_.push_back({wre, {}});
            writes_[by_enable[wre]].rams.emplace_back(static_cast<int>(cells_.size()) - 1, pin);
        } else if (kind == "ff") {
            Flop f{};
            line >> f.init >> f.async >> f.d >> f.ce >> f.lsr >> f.q;
            flops_.push_back(f);
        } else if (kind == "bram") {
            Bram r{};
            for (int p = 0; p < 2; p++) line >> r.width[p] >> r.mode[p];
            for (int p = 0; p < 2; p++) nets(line, r.ad[p], 14), nets(line, r.di[p], 18), line >> r.ce[p] >> r.we[p], nets(line, r.q[p], 18);
            brams_.push_back(r);
        } else if (kind == "port") {
            ports_.emplace_back();
            line >> ports_.back().first >> ports_.back().second;
        } else throw std::runtime_error("line " + std::to_string(number) + ": what is '" + kind + "'?");
        if (!line) throw std::runtime_error("line " + std::to_string(number) + ": too short");
    }
    if (count < 2) throw std::runtime_error("no nets");
    v_.assign(count, 0), v_[1] = 1;
    users_.resize(count), queued_.assign(cells_.size(), 0), dirty_.assign(flops_.size() + brams_.size(), 0);
}

// Levels: a cell is one above the highest that it hears.
void Gates::order()
{
    std::vector<int> driver(v_.size(), -1), open(cells_.size(), 0), ready;
    for (size_t i = 0; i < cells_.size(); i++)
        for (int o = 0; o < cells_[i].outs; o++) {
            const int net = pins_[cells_[i].first + cells_[i].ins + o];
            if (net >= 0) driver.at(net) = static_cast<int>(i);
        }
    for (size_t i = 0; i < cells_.size(); i++)
        for (int n = 0; n < cells_[i].ins; n++) {
            const int net = pins_[cells_[i].first + n];
            users_.at(net).push_back(static_cast<int>(i));
            open[i] += driver[net] >= 0;
        }
    for (size_t i = 0; i < cells_.size(); i++)
        if (!open[i]) ready.push_back(static_cast<int>(i));
    int top = 0;
    for (size_t done = 0; done < ready.size(); done++) {
        const Cell &c = cells_[ready[done]];
        top = std::max(top, c.level);
        for (int o = 0; o < c.outs; o++) {
            const int net = pins_[c.first + c.ins + o];
            if (net < 0) continue;
            for (int user : users_[net]) {
                cells_[user].level = std::max(cells_[user].level, c.level + 1);
                if (!--open[user]) ready.push_back(user);
            }
        }
    }
    if (ready.size() != cells_.size()) throw std::runtime_error("a loop without a flip-flop, of " + std::to_string(cells_.size() - ready.size()) + " cells or fewer");
    pending_.resize(top + 1);
    for (size_t i = 0; i < flops_.size(); i++)
        for (int net : {flops_[i].d, flops_[i].ce, flops_[i].lsr}) users_.at(net).push_back(-1 - static_cast<int>(i));
    for (size_t i = 0; i < brams_.size(); i++)
        for (int p = 0; p < 2; p++) {
            const int me = -1 - static_cast<int>(flops_.size() + i);
            for (int net : brams_[i].ad[p]) users_.at(net).push_back(me);
            for (int net : brams_[i].di[p]) users_.at(net).push_back(me);
            for (int net : {brams_[i].ce[p], brams_[i].we[p]}) users_.at(net).push_back(me);
        }
    for (std::vector<int> &u : users_) {
        std::sort(u.begin(), u.end());
        u.erase(std::unique(u.begin(), u.end()), u.end());
    }
    std::vector<bool> pin(v_.size());
    for (const auto &port : ports_) pin.at(port.second) = true;
    for (Bram &r : brams_)
        for (int p = 0; p < 2; p++)
            for (int &net : r.q[p]) {
                if (net >= 0 && users_.at(net).empty() && !pin[net]) net = -1;
                if (net >= 0) r.heard[r.width[0] == 36 ? 1 : p] = true;
            }
}

int Gates::port(const std::string &name) const
{
    for (const auto &[known, net] : ports_)
        if (known == name) return net;
    throw std::runtime_error("no pin '" + name + "'");
}
